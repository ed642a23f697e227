// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"martinella/internal/app"
	"martinella/internal/platform/config"
)

// splitPositional takes up to n leading arguments that are no options, so that
// "feed import nvd FILE --data DIR" reads as people write it.
func splitPositional(args []string, n int) (positional, rest []string) {
	for len(positional) < n && len(args) > 0 && (!strings.HasPrefix(args[0], "-") || args[0] == "-") {
		positional, args = append(positional, args[0]), args[1:]
	}
	return positional, args
}

func feedImport(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	what, rest := splitPositional(args, 2)
	var cfg config.Config
	if err := config.Parse(fs, &cfg, rest); err != nil {
		return usage(err)
	}
	what = append(what, fs.Args()...) // options may also come first, or between
	if len(what) != 2 {
		return fmt.Errorf("%w: which feed, from where?", errUsage)
	}
	a, err := p.openWith(ctx, cfg)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	return a.ImportFeed(ctx, what[0], what[1], p.stderr, p.stdout)
}

func feedStatus(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	a, err := p.open(ctx, fs, args)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	feeds, err := a.FeedHealth(ctx)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(out, "FEED\tSTATE\tLAST RUN\tDATA UP TO\tRECORDS\tSKIPPED\tERROR")
	for _, f := range feeds {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n", f.Name, f.State, moment(f.Last), moment(f.DataDate), f.Records, f.Broken, f.Error)
	}
	return out.Flush()
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339)
}

func matchStack(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	file := fs.String("stack", "", "file with one CPE 2.3 name a line; - is standard input")
	format := fs.String("format", "tsv", "tsv or json")
	cfg, err := p.configure(fs, args)
	if err != nil {
		return err
	}
	if *file == "" || *format != "tsv" && *format != "json" {
		return fmt.Errorf("%w: --stack FILE is needed, --format is tsv or json", errUsage)
	}
	in, err := p.input(*file)
	if err != nil {
		return err
	}
	defer closing(in, &err)
	a, err := p.openWith(ctx, cfg)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	if os.Getenv("GOGC") == "" {
		// The corpus is loaded, asked once and thrown away: looking for garbage
		// meanwhile took a fifth of the CPU. The process stays below 400 MB with the whole NVD of three years.
		debug.SetGCPercent(400)
	}
	return a.MatchStack(ctx, in, *format, p.stdout, p.stderr)
}

func (p program) input(file string) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(p.stdin), nil
	}
	return os.Open(file)
}

func digestRun(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	day := fs.String("date", "", "the day, as 2026-11-22; today when empty")
	code := fs.String("organisation", "", "only the organisation with this code")
	dry := fs.Bool("dry-run", false, "print what would be sent, change nothing")
	cfg, err := p.configure(fs, args)
	if err != nil {
		return err
	}
	run := app.DigestRun{Organisation: *code, DryRun: *dry}
	if *day != "" {
		if run.Day, err = time.ParseInLocation(time.DateOnly, *day, cfg.Location()); err != nil {
			return fmt.Errorf("%w: --date %q is not a day like 2026-11-22", errUsage, *day)
		}
	}
	a, err := p.openWith(ctx, cfg)
	if err != nil {
		return err
	}
	defer closing(a, &err)
	return a.RunDigests(ctx, run, p.stdout)
}
