// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"martinella/internal/app"
	"martinella/internal/platform/config"
)

func stackImport(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	var o app.StackImport
	fs.StringVar(&o.Organisation, "organisation", "", "the organisation's code")
	fs.StringVar(&o.Format, "format", "auto", strings.Join(app.StackFormats(), ", "))
	fs.StringVar(&o.Asset, "asset", "", "the system the file is of, where it names none")
	fs.BoolVar(&o.KeepGone, "keep-gone", false, "leave what an earlier version of the file had and this one has not")
	fs.BoolVar(&o.DryRun, "dry-run", false, "print what would change, change nothing")
	files, rest := splitPositional(args, 1)
	var cfg config.Config
	if err := config.Parse(fs, &cfg, rest); err != nil {
		return usage(err)
	}
	files = append(files, fs.Args()...)
	switch {
	case o.Organisation == "" || len(files) != 1:
		return fmt.Errorf("%w: --organisation CODE and one FILE are needed", errUsage)
	case !slices.Contains(app.StackFormats(), o.Format):
		return fmt.Errorf("%w: --format %q is none of %s", errUsage, o.Format, strings.Join(app.StackFormats(), ", "))
	}
	in, err := p.input(files[0])
	if err != nil {
		return err
	}
	defer closing(in, &err)
	o.File = filepath.Base(files[0])
	a, err := p.openWith(ctx, cfg)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	return a.ImportStack(ctx, o, in, p.stdout, p.stderr)
}
