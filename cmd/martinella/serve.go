// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"martinella/internal/app"
)

// closing closes c when the command ends and keeps the first error.
func closing(c io.Closer, err *error) { *err = errors.Join(*err, c.Close()) }

func serve(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	a, err := p.open(ctx, fs, args)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	signIns, err := a.PrepareDemo(ctx)
	if err != nil {
		return err
	}
	return a.Serve(ctx, func(address string) { p.announce(address, signIns) })
}

// announce says where the portal is and, in the demonstration, how to enter.
func (p program) announce(address string, signIns []app.SignIn) {
	fmt.Fprintf(p.stdout, "\nMartinella %s is ready: %s\n", version, address)
	if len(signIns) == 0 {
		return
	}
	p.printSignIns(signIns)
	fmt.Fprintf(p.stdout, "\nMails stay here: %s/ops/mail\n", address)
}

func (p program) printSignIns(signIns []app.SignIn) {
	fmt.Fprintf(p.stdout, "\nDemonstration sign-ins:\n")
	for _, s := range signIns {
		fmt.Fprintf(p.stdout, "  %-44s %-22s %s\n", s.Email, s.Password, s.What)
	}
	if s := signIns[0]; s.Code != "" {
		fmt.Fprintf(p.stdout, "\nThe CSIRT's people and the bodies' administrators are asked for a second factor. In the demonstration the page\n"+
			"shows the code, and all share one:\n"+
			"  secret %s for an authenticator app; the code is %s now (\"martinella demo --code\" prints the current one).\n", s.Secret, s.Code)
	}
}

func worker(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	a, err := p.open(ctx, fs, args)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	return a.Work(ctx)
}

func migrate(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	a, err := p.open(ctx, fs, args)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	_, err = fmt.Fprintf(p.stdout, "The schema is up to date; steps applied now: %d.\n", a.Migrated())
	return err
}

func demonstrate(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	code := fs.Bool("code", false, "print the second factor's current code and nothing else")
	cfg, err := p.configure(fs, args)
	if err != nil {
		return err
	}
	if *code {
		_, err := fmt.Fprintln(p.stdout, app.DemoCode())
		return err
	}
	cfg.Demo = true
	a, err := p.openWith(ctx, cfg)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	signIns, err := a.PrepareDemo(ctx)
	if err == nil {
		p.printSignIns(signIns)
	}
	return err
}

func demoCard(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	email := fs.String("email", "", "whose card it is (default: the administrator of a town)")
	cfg, err := p.configure(fs, args)
	if err != nil {
		return err
	}
	cfg.Demo = true
	a, err := p.openWith(ctx, cfg)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	if _, err := a.PrepareDemo(ctx); err != nil {
		return err
	}
	c, err := a.MakeDemoCard(ctx, *email)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "The card of %s is in %s:\n", c.Email, c.Folder)
	fmt.Fprintf(p.stdout, "  card.p12  to import in a browser, as its own certificate; the password is %q\n", c.Password)
	fmt.Fprintf(p.stdout, "  card.pem  certificate and key, as curl --cert takes them\n  ca.pem    who issued it, and the certificate of %s\n", c.URL)
	fmt.Fprintf(p.stdout, "Start \"martinella serve --demo\" (again) on the same data folder, then follow \"CNS or CIE card\" on the sign-in page, or:\n")
	_, err = fmt.Fprintf(p.stdout, "  curl -sL -c jar -b jar --cacert %[1]s/ca.pem --cert %[1]s/card.pem %[2]s/signin/card -o /dev/null -w '%%{url_effective}\\n'\n", c.Folder, cfg.BaseURL)
	return err
}
