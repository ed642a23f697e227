// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"martinella/internal/app"
)

// keysMake makes a key; no instance is needed.
func keysMake(_ context.Context, p program, fs *flag.FlagSet, args []string) error {
	file := fs.String("file", "", "where the private key is written; it must not exist")
	days := fs.Int("days", 730, "how long it holds; 0: for ever")
	cfg, err := p.configure(fs, args)
	if err != nil {
		return err
	}
	if *file == "" || *days < 0 || *days > 20*365 {
		return fmt.Errorf("%w: --file is needed, and --days from 0 to 7300", errUsage)
	}
	k, err := app.MakeOwnKey(*file, cfg, time.Duration(*days)*24*time.Hour, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "The private key is in %s: keep a copy in a safe place, and start with --pgp-key-file %s.\n", *file, *file)
	return p.printKey(k)
}

func keysShow(_ context.Context, p program, fs *flag.FlagSet, args []string) error {
	cfg, err := p.configure(fs, args)
	if err != nil {
		return err
	}
	all, err := app.ReadOwnKeys(cfg, time.Now())
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(p.stderr, "There are none: see --pgp-key-file and --smime-key-file.")
	}
	for _, k := range all {
		if err := p.printKey(k); err != nil {
			return err
		}
	}
	return nil
}

func (p program) printKey(k app.OwnKey) error {
	end := "never"
	if !k.ExpiresAt.IsZero() {
		end = k.ExpiresAt.Format(time.DateOnly)
	}
	fmt.Fprintf(p.stdout, "%s %s, ends %s\n", k.Kind, k.Fingerprint, end)
	for _, name := range k.Names {
		fmt.Fprintln(p.stdout, " ", name)
	}
	_, err := fmt.Fprint(p.stdout, k.Armoured)
	return err
}
