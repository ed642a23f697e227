// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"martinella/internal/app"
)

func userAdd(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	var u app.NewUser
	fs.StringVar(&u.Email, "email", "", "the person's address")
	fs.StringVar(&u.Name, "person", "", "the person's name")
	fs.StringVar(&u.Role, "role", "administrator", "administrator, csirt_manager, analyst, operator or auditor")
	a, err := p.open(ctx, fs, args)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	if u.Email == "" || u.Name == "" {
		return fmt.Errorf("%w: --email and --person are needed", errUsage)
	}
	link, err := a.AddUser(ctx, u)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s may now set a password and a second factor here, once, within a day:\n  %s\n", u.Email, link)
	return err
}

func userReset(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	email := fs.String("email", "", "the person's address")
	a, err := p.open(ctx, fs, args)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	if *email == "" {
		return fmt.Errorf("%w: --email is needed", errUsage)
	}
	link, err := a.ResetUser(ctx, *email)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s may set a new password here, once, within a day:\n  %s\n", *email, link)
	return err
}

func organisationOpen(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	code := fs.String("organisation", "", "the organisation's code, as it stands in the portal's addresses")
	hours := fs.Int("hours", 4, "for how long, up to 72")
	a, err := p.open(ctx, fs, args)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	if *code == "" {
		return fmt.Errorf("%w: --organisation is needed", errUsage)
	}
	if err := a.OpenOrganisation(ctx, *code, time.Duration(*hours)*time.Hour); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "The people of %s may sign in from every address for %d hours; its administrators are told by mail.\n", *code, *hours)
	return err
}

func auditVerify(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	expect := fs.String("expect", "", "hash of the newest entry as it was written down elsewhere")
	a, err := p.open(ctx, fs, args)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	report, found, err := a.VerifyAudit(ctx, *expect)
	switch {
	case err != nil:
		return err
	case !report.OK():
		return fmt.Errorf("the audit log is not whole: entry %d %s", report.Broken, report.Reason)
	case !found:
		return errors.New("the audit log holds no entry with the expected hash: entries were cut off or replaced")
	}
	_, err = fmt.Fprintf(p.stdout, "The audit log is whole: %d entries. Hash of the newest: %s\n", report.Entries, report.Head)
	return err
}

func doctor(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	permissions := fs.Bool("permissions", false, "print which role may do what, and who may enter which route")
	a, err := p.open(ctx, fs, args)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	if *permissions {
		return a.PrintPermissions(p.stdout)
	}
	return p.printChecks(a.Doctor(ctx))
}

func (p program) printChecks(checks []app.Check) error {
	out := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	failed := 0
	for _, c := range checks {
		state := "ok"
		if c.Err != nil {
			state, c.Detail = "FAILED", c.Err.Error()
			failed++
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", state, c.Name, c.Detail)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(checks))
	}
	return nil
}
