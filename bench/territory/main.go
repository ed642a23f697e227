// SPDX-License-Identifier: EUPL-1.2

// Command territory measures the whole program on a territory of 1,000
// organisations with 100 items each: the first matching, one real day, the
// digests, the pages; and replays 67 real days for the bodies of the
// demonstration. See bench/README.md; run.sh runs all of it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench/territory:", err)
		os.Exit(1)
	}
}

const usage = "territory corpus|seed|scale|sizes|day|digests|pages|replay [flags]; -h for the flags of each"

// command is what every step is told: where its instance lives.
type command struct {
	flags    *flag.FlagSet
	dir      *string
	database *string
	profile  *string
}

func newCommand(name string) command {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	return command{
		flags: f, dir: f.String("dir", "", "folder of the instance"),
		database: f.String("database", "", "PostgreSQL address; an SQLite file in the folder when empty"),
		profile:  f.String("cpuprofile", "", "write a CPU profile here"),
	}
}

func (c command) parse(args []string) error {
	if err := c.flags.Parse(args); err != nil {
		return err
	}
	if *c.dir == "" {
		return errors.New("-dir says where the instance is to live")
	}
	return nil
}

func run(ctx context.Context, args []string) error {
	steps := map[string]func(context.Context, command, []string) error{
		"corpus": corpusCommand, "seed": seedCommand, "scale": scaleCommand, "sizes": sizesCommand, "day": dayCommand, "digests": digestsCommand,
		"pages": pagesCommand, "serve": serveCommand, "replay": replayCommand,
	}
	if len(args) == 0 || steps[args[0]] == nil {
		return errors.New(usage)
	}
	return steps[args[0]](ctx, newCommand(args[0]), args[1:])
}
