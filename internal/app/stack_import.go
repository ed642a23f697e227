// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"martinella/internal/access"
	"martinella/internal/inventory"
	"martinella/internal/inventory/intake"
)

// StackImport says what to import from the command line.
type StackImport struct {
	Organisation string // its code
	Format       string // "auto" or a format's name
	Asset        string // the system, where the file names none
	File         string // its name
	KeepGone     bool   // leave what the file has no more
	DryRun       bool
}

// StackFormats lists what StackImport.Format may be.
func StackFormats() (out []string) {
	out = append(out, string(intake.FormatAuto))
	for _, f := range intake.Formats() {
		out = append(out, string(f))
	}
	return append(out, string(intake.FormatZip))
}

// ImportStack imports a file into an organisation's stack and prints what became
// of it: bad lines to errs, the counts to out. The file is taken whole or not at
// all; an error says that nothing was written.
func (a *App) ImportStack(ctx context.Context, o StackImport, in io.Reader, out, errs io.Writer) error {
	if !slices.Contains(StackFormats(), o.Format) {
		return fmt.Errorf("%q is no format: auto, cyclonedx, spdx, glpi, wazuh, openvas, nmap, csv, xlsx or zip", o.Format)
	}
	org, err := a.organisationOf(ctx, access.System("cli"), o.Organisation)
	if err != nil {
		return a.spoken(err)
	}
	s, err := access.System("cli").For(org)
	if err != nil {
		return err
	}
	imp, err := a.rooms.inventory.UploadNow(ctx, s, inventory.Source(o.Format), o.File, o.Asset, in)
	if err != nil {
		return a.spoken(err)
	}
	if imp.State != inventory.Ready {
		return errors.Join(a.whyRefused(ctx, imp, errs), a.rooms.inventory.Discard(ctx, s, imp.ID))
	}
	if o.DryRun {
		printImport(out, imp, "would be ", !o.KeepGone)
		return a.rooms.inventory.Discard(ctx, s, imp.ID)
	}
	done, err := a.rooms.inventory.ApplyNow(ctx, s, imp.ID, !o.KeepGone)
	if err != nil {
		return errors.Join(a.spoken(err), a.rooms.inventory.Discard(ctx, s, imp.ID))
	}
	printImport(out, done, "", !o.KeepGone)
	return nil
}

// whyRefused prints the bad lines, or gives why the whole cannot be read.
func (a *App) whyRefused(ctx context.Context, imp inventory.Import, errs io.Writer) error {
	if imp.Fault != nil {
		err := a.spoken(imp.Fault)
		if file, ok := imp.Fault.Params["file"].(string); ok {
			return fmt.Errorf("%s: %w", file, err)
		}
		return err
	}
	bad, err := a.rooms.inventory.BadLines(ctx, imp)
	if err != nil {
		return err
	}
	for _, p := range bad {
		fmt.Fprintf(errs, "line %d: %s", p.Line, a.english(p.Code, p.Params))
		if p.Text != "" {
			fmt.Fprintf(errs, " It says: %q", p.Text)
		}
		fmt.Fprintln(errs)
	}
	return fmt.Errorf("%d lines cannot be taken; nothing was written", imp.Problems)
}

// printImport tells what became, or would become, of a file.
func printImport(out io.Writer, i inventory.Import, mood string, removed bool) {
	fmt.Fprintf(out, "%s: %s, %d entries", i.Filename, i.Kind, i.Rows)
	if i.Hosts > 0 {
		fmt.Fprintf(out, ", %d systems (%d new)", i.Hosts, i.HostsNew)
	}
	gone := "kept"
	if removed {
		gone = mood + "removed"
	}
	fmt.Fprintf(out, "\n%snew %d, %schanged %d, same %d, gone %d (%s)\n", mood, i.Fresh, mood, i.Changed, i.Same, i.Gone, gone)
	if len(i.Layout.Unknown) > 0 {
		fmt.Fprintf(out, "columns nobody knows, left aside: %q\n", i.Layout.Unknown)
	}
}
