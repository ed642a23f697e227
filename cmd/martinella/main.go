// SPDX-License-Identifier: EUPL-1.2

// Command martinella is the operations platform of a territorial CSIRT.
//
// This package knows the command line and nothing else: what the commands do
// is in internal/app.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// version is set by the build (make build).
var version = "unversioned"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// program is where the commands read and write.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// command is one thing the program does.
type command struct {
	name    string // "feed import"
	usage   string // what follows the name
	summary string
	run     func(ctx context.Context, p program, fs *flag.FlagSet, args []string) error
}

// Exit codes: usage mistakes are told apart from failures, as grep and others do.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// exitError is a failure with an exit code of its own.
type exitError struct {
	error
	code int
}

// Unwrap gives the cause.
func (e exitError) Unwrap() error { return e.error }

// errUsage marks a command line that cannot be understood.
var errUsage = errors.New("usage")

func (p program) run(ctx context.Context, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		return p.help(args)
	}
	c, rest, ok := find(args)
	if !ok {
		fmt.Fprintf(p.stderr, "martinella: there is no command %q; see \"martinella help\"\n", args[0])
		return exitUsage
	}
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // a mistake is told in one sentence, not after every option
	return p.exit(c, fs, c.run(ctx, p, fs, rest))
}

func (p program) exit(c command, fs *flag.FlagSet, err error) int {
	var coded exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &coded):
		fmt.Fprintf(p.stderr, "martinella %s: %v\n", c.name, coded.error)
		return coded.code
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(p.stdout, "martinella %s %s\n\n%s\n\nOptions:\n", c.name, c.usage, c.summary)
		fs.SetOutput(p.stdout)
		fs.PrintDefaults()
		return exitOK
	case errors.Is(err, errUsage):
		fmt.Fprintf(p.stderr, "martinella %s: %s\nusage: martinella %s\n\"martinella %s --help\" lists its options.\n",
			c.name, mistake(err), strings.TrimSpace(c.name+" "+c.usage), c.name)
		return exitUsage
	}
	fmt.Fprintf(p.stderr, "martinella %s: %v\n", c.name, err)
	return exitFailed
}

// mistake is what is wrong with a command line, without what only marks it as such.
func mistake(err error) string {
	text := strings.TrimPrefix(err.Error(), errUsage.Error()+": ")
	return strings.TrimPrefix(text, "error parsing commandline arguments: ")
}

// find takes the longest command the arguments begin with.
func find(args []string) (c command, rest []string, ok bool) {
	all := commands()
	for n := min(2, len(args)); n > 0; n-- {
		name := args[0]
		if n == 2 {
			name += " " + args[1]
		}
		for _, c := range all {
			if c.name == name {
				return c, args[n:], true
			}
		}
	}
	return command{}, nil, false
}
