// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/audit"
	"martinella/internal/vulnerability"
	"martinella/internal/vulnerability/match"
)

// DigestRun says which digests to compute from the command line.
type DigestRun struct {
	Day          time.Time // zero: today
	Organisation string    // a code; "": all
	DryRun       bool
}

// RunDigests brings matches up to date, then computes the digests now, whatever
// their hour, and prints what became of each.
func (a *App) RunDigests(ctx context.Context, run DigestRun, out io.Writer) error {
	s := access.System("cli")
	o := vulnerability.RunOptions{DryRun: run.DryRun}
	if !run.Day.IsZero() {
		o.Date = run.Day.Format(time.DateOnly)
	}
	if run.Organisation != "" {
		id, err := a.organisationOf(ctx, s, run.Organisation)
		if err != nil {
			return a.spoken(err)
		}
		o.Organisation = id
	}
	if err := a.settle(ctx, run.DryRun); err != nil {
		return err
	}
	all, err := a.rooms.vulnerability.RunDigests(ctx, s, o)
	for _, d := range all {
		printOutcome(out, d, run.DryRun)
	}
	return errors.Join(a.spoken(err), a.settle(ctx, run.DryRun))
}

// settle works off the background work that is due: matches before the
// digests, mails after them. A dry run changes nothing.
func (a *App) settle(ctx context.Context, dry bool) error {
	if dry {
		return nil
	}
	_, err := a.Queue.Drain(ctx)
	return err
}

func printOutcome(out io.Writer, d vulnerability.Outcome, dry bool) {
	fmt.Fprintf(out, "%s %s (%s): %s", d.Day, d.Organisation.Name, d.Organisation.Code, d.Status)
	if d.Subject == "" {
		fmt.Fprintln(out)
		return
	}
	fmt.Fprintf(out, ", %d recipients\n  %s\n", d.Recipients, d.Subject)
	if dry {
		fmt.Fprintf(out, "\n%s\n", d.Text)
	}
}

// MatchStack prints the CVEs that touch a list of CPE names; lines that cannot
// be read are told to errs and the rest goes on.
func (a *App) MatchStack(ctx context.Context, in io.Reader, format string, out, errs io.Writer) error {
	snap, names, err := a.rooms.vulnerability.Index(ctx, access.System("cli"))
	if err != nil {
		return err
	}
	wrong := 0
	_, err = match.Lines(in, out, snap.Matcher(names), match.LineOptions{JSON: format == "json", OnError: func(e match.LineError) {
		wrong++
		fmt.Fprintf(errs, "line %d left aside: %v: %q\n", e.Line, e.Err, e.Text)
	}})
	if err == nil && wrong > 0 {
		err = fmt.Errorf("%d lines could not be read; the others were matched", wrong)
	}
	return err
}

// NewUser is somebody to add to the CSIRT's people.
type NewUser struct{ Email, Name, Role string }

// AddUser adds one of the CSIRT's people and returns the address where he sets his password.
func (a *App) AddUser(ctx context.Context, u NewUser) (link string, err error) {
	if !access.Role(u.Role).Staff() {
		return "", fmt.Errorf("%q is no role of the CSIRT: administrator, csirt_manager, analyst, operator or auditor", u.Role)
	}
	link, err = a.rooms.identity.CreateStaff(ctx, access.System("cli"), u.Email, u.Name, access.Role(u.Role), "")
	return link, a.spoken(err)
}

// ResetUser returns an address where somebody sets a new password and second factor.
func (a *App) ResetUser(ctx context.Context, email string) (link string, err error) {
	link, err = a.rooms.identity.ResetLink(ctx, access.System("cli"), email, true)
	return link, a.spoken(err)
}

// OpenOrganisation lets the people of an organisation in from every address for
// some hours: the way back in for who locked everybody out.
func (a *App) OpenOrganisation(ctx context.Context, code string, life time.Duration) error {
	s := access.System("cli")
	id, err := a.organisationOf(ctx, s, code)
	if err == nil {
		err = a.rooms.identity.OpenEntrance(ctx, s, id, life)
	}
	return a.spoken(err)
}

// VerifyAudit verifies the audit log's chain and, when expect is given, that an
// entry with that hash is still in it.
func (a *App) VerifyAudit(ctx context.Context, expect string) (r audit.Report, found bool, err error) {
	if r, err = a.Audit.Verify(ctx); err != nil || expect == "" {
		return r, true, err
	}
	found, err = a.Audit.Holds(ctx, expect)
	return r, found, err
}
