// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the program under test, built once for all tests, or the one that
// E2E_BINARY names.
var binary string

// before names the binary of an older version, when E2E_BEFORE is set: nodes are
// then replaced by a newer version and not only restarted.
var before = os.Getenv("E2E_BEFORE")

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	if binary = os.Getenv("E2E_BINARY"); binary != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "martinella-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "martinella")
	build := exec.Command("go", "build", "-tags=sqlite_fts5", "-buildvcs=false", "-o", binary, "martinella/cmd/martinella")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building the program:", err)
		return 1
	}
	return m.Run()
}
