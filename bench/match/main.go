// SPDX-License-Identifier: EUPL-1.2

// Command match measures Martinella's matcher on the real corpus and compares
// it with cpe2cve. See bench/README.md; run.sh runs all of it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench/match:", err)
		os.Exit(1)
	}
}

const usage = "match stacks|names|nvd11|diff|affected|fleet [flags]; -h for the flags of each"

func run(args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	switch args[0] {
	case "stacks":
		return stacksCommand(f, args[1:])
	case "names":
		return namesCommand(f, args[1:])
	case "nvd11":
		return nvd11Command(f, args[1:])
	case "diff":
		return diffCommand(f, args[1:])
	case "affected":
		return affectedCommand(f, args[1:])
	case "fleet":
		return fleetCommand(f, args[1:])
	}
	return errors.New(usage)
}
