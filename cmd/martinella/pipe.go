// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
)

// The exit codes a mail server understands (sysexits.h).
const (
	exDataError  = 65 // it goes back to its sender
	exNoUser     = 67 // likewise
	exTempFail   = 75 // the mail server keeps it and tries again
	exNoPermit   = 77 // it goes back to its sender
	pipePatience = 10 * time.Minute
)

// pipe takes one mail. Whatever is wrong on our side, a mistake in the command
// line too, is a passing trouble: no mail is lost by it.
func pipe(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	defer func() {
		if r := recover(); r != nil { // else the mail server would send the mail back
			err = exitError{fmt.Errorf("a defect of the program: %v", r), exTempFail}
		}
	}()
	source := fs.String("source", "", "the source's name; it can be left out where there is one for mails")
	ctx, cancel := context.WithTimeout(ctx, pipePatience)
	defer cancel()
	if err = p.takeMail(ctx, fs, args, source); err != nil && !errors.Is(err, flag.ErrHelp) {
		return exitError{err, pipeCode(err)}
	}
	return err
}

func (p program) takeMail(ctx context.Context, fs *flag.FlagSet, args []string, source *string) (err error) {
	cfg, err := p.configure(fs, args)
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(io.LimitReader(p.stdin, pull.MaxItem+1)) // what is longer is refused, and noted by nobody
	if err != nil {
		return err
	}
	a, err := p.openWith(ctx, cfg)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	said, err := a.TakeMail(ctx, *source, raw)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, said)
	return err
}

func pipeCode(err error) int {
	switch fault.KindOf(err) {
	case fault.Malformed, fault.TooLarge:
		return exDataError
	case fault.NotFound:
		return exNoUser
	case fault.Conflict:
		return exNoPermit
	}
	return exTempFail
}
