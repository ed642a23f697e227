// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"flag"
	"fmt"

	"martinella/internal/platform/config"
)

func stackResolve(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	format := fs.String("format", "tsv", "tsv, or json with candidates and reasons")
	files, rest := splitPositional(args, 1)
	var cfg config.Config
	if err := config.Parse(fs, &cfg, rest); err != nil {
		return usage(err)
	}
	files = append(files, fs.Args()...)
	if len(files) != 1 || *format != "tsv" && *format != "json" {
		return fmt.Errorf("%w: one FILE is needed (- is standard input), --format is tsv or json", errUsage)
	}
	in, err := p.input(files[0])
	if err != nil {
		return err
	}
	defer closing(in, &err)
	a, err := p.openWith(ctx, cfg)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	return a.ResolveNames(ctx, in, *format, p.stdout, p.stderr)
}
