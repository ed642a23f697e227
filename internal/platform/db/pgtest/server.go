// SPDX-License-Identifier: EUPL-1.2

package pgtest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// install is how a person gets what is missing.
const install = `run "scripts/setup.sh test", or "apt-get install postgresql", or set ` + Variable

// server is a running PostgreSQL of this process.
type server struct {
	dsn string
	// life is the script's standard input: it stops when this closes, which the
	// death of this process does. Kept, because a collected file is closed too.
	life io.WriteCloser
}

// own starts this process's server once.
var own = sync.OnceValues(startOwn)

// serverDSN is the address of the server to make databases on.
func serverDSN(t testing.TB) string {
	t.Helper()
	if dsn := os.Getenv(Variable); dsn != "" {
		return dsn
	}
	s, err := own()
	if err != nil {
		t.Fatalf("no PostgreSQL for this test: %v; %s", err, install)
	}
	return s.dsn
}

func startOwn() (*server, error) {
	script, err := script()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("bash", script, "--serve")
	// Its own group: a Ctrl-C stops the tests, and they still find their server while they clean up.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// A file, not a pipe of ours: "go test" waits for whoever holds its standard error.
	complaints, err := os.CreateTemp("", "martinella-pg-*.log")
	if err != nil {
		return nil, err
	}
	defer func() { _ = errors.Join(complaints.Close(), os.Remove(complaints.Name())) }()
	cmd.Stderr = complaints
	return launch(cmd, complaints.Name())
}

func launch(cmd *exec.Cmd, complaints string) (*server, error) {
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if errors.Is(err, io.EOF) {
		said, _ := os.ReadFile(complaints)
		return nil, fmt.Errorf("%s said: %s", filepath.Base(cmd.Args[1]), bytes.TrimSpace(said))
	}
	return &server{dsn: strings.TrimSpace(line), life: life}, err
}

// script finds scripts/postgres-test.sh from the package folder a test runs in.
func script() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "scripts", "postgres-test.sh")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("scripts/postgres-test.sh is not above this folder")
		}
	}
}

func randomText() string { return rand.Text() }
