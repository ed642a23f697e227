// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"

	"martinella/internal/app"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
)

// commands lists what the program does, in the order help shows.
func commands() []command {
	return []command{
		{"serve", "[--demo] [--listen ADDRESS]", "start the portal, and work on jobs", serve},
		{"worker", "", "work on jobs without a portal", worker},
		{"migrate", "", "bring the database's schema up to date", migrate},
		{"feed import", "nvd|cve5|kev|epss PATH|URL", "import vulnerability data from a file, a folder or an address", feedImport},
		{"feed status", "", "say how the feeds are", feedStatus},
		{"match", "--stack FILE [--format tsv|json]", "print the CVEs that touch a list of CPE 2.3 names, one a line (- reads standard input)", matchStack},
		{"stack resolve", "[--format tsv|json] FILE", "say what products names mean: lines of name, version and publisher, separated by tabs (- reads standard input)", stackResolve},
		{"stack import", "--organisation CODE [--format auto|glpi|…] [--dry-run] FILE", "import an inventory, a bill of materials or a table into an organisation's stack (- reads standard input)", stackImport},
		{"advisory parse", "[--hint NAME] FILE", "print what is read in an alert (text, page, mail, PDF, feed, CSAF, STIX, MISP) as JSON (- reads standard input)", advisoryParse},
		{"pipe", "[--source NAME]", "take one mail on standard input, as a mail server hands it over; exit codes are those of sysexits.h", pipe},
		{"keys make", "--file FILE [--days N]", "make an OpenPGP key for the CSIRT, for trials, and print its public part", keysMake},
		{"keys show", "", "print the CSIRT's own keys: fingerprint, end, public part", keysShow},
		{"digest run", "[--date DAY] [--organisation CODE] [--dry-run]", "send the digests that are due, or those of a day", digestRun},
		{"user add", "--email ADDRESS --person NAME [--role ROLE]", "add a person of the CSIRT", userAdd},
		{"user reset", "--email ADDRESS", "give a person a link to set a new password; the second factor is removed too", userReset},
		{"organisation open", "--organisation CODE [--hours N]", "let an organisation's people in from every address for some hours, whatever its list says", organisationOpen},
		{"audit verify", "[--expect HASH]", "verify the chain of the audit log", auditVerify},
		{"backup", "FILE", "save a working instance to a file: database and attachments, not the keys", backup},
		{"restore", "FILE [--check]", "fill an empty instance from a backup; with --check only try whether it can be", restore},
		{"move", "--to DATABASE [--to-blobs PLACE]", "move the instance into another database, from SQLite to PostgreSQL or back", move},
		{"doctor", "[--permissions]", "check the instance, or print who may do what", doctor},
		{"demo card", "[--email ADDRESS]", "make a card of nobody, to try signing in with one in the demonstration", demoCard},
		{"demo", "", "make the demonstration territory in the data folder", demonstrate},
		{"version", "", "print the version", printVersion},
	}
}

// open reads the configuration and opens the instance.
func (p program) open(ctx context.Context, fs *flag.FlagSet, args []string) (*app.App, error) {
	cfg, err := p.configure(fs, args)
	if err != nil {
		return nil, err
	}
	return p.openWith(ctx, cfg)
}

func (p program) openWith(ctx context.Context, cfg config.Config) (*app.App, error) {
	o := app.Options{Config: cfg, Log: p.logger(cfg), Clock: clock.System{}, Version: version}
	if err := app.BuildDemo(ctx, o); err != nil {
		return nil, err
	}
	return app.Open(ctx, o)
}

// configure reads the options; no argument may be left over.
func (p program) configure(fs *flag.FlagSet, args []string) (config.Config, error) {
	var cfg config.Config
	if err := config.Parse(fs, &cfg, args); err != nil {
		return cfg, usage(err)
	}
	if fs.NArg() > 0 {
		return cfg, fmt.Errorf("%w: %q is not expected", errUsage, fs.Arg(0))
	}
	return cfg, nil
}

// usage marks a mistake in the options, but not the wish to see them.
func usage(err error) error {
	if err == flag.ErrHelp {
		return err
	}
	return fmt.Errorf("%w: %w", errUsage, err)
}

func (p program) logger(cfg config.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(p.stderr, options))
	}
	return slog.New(slog.NewTextHandler(p.stderr, options))
}

func printVersion(_ context.Context, p program, _ *flag.FlagSet, _ []string) error {
	_, err := fmt.Fprintln(p.stdout, "martinella", version)
	return err
}
