// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"

	"martinella/internal/advisory/parse"
	"martinella/internal/app"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/pdftext"
)

// advisoryParse prints each alert of a file as a JSON object; no instance is needed.
func advisoryParse(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	hint := fs.String("hint", "", "file name or media type, where FILE does not say")
	files, rest := splitPositional(args, 1)
	if err := fs.Parse(rest); err != nil {
		return usage(err)
	}
	if files = append(files, fs.Args()...); len(files) != 1 {
		return fmt.Errorf("%w: one FILE is needed (- is standard input)", errUsage)
	}
	if *hint == "" {
		*hint = filepath.Base(files[0])
	}
	say, err := english()
	if err != nil {
		return err
	}
	in, err := p.input(files[0])
	if err != nil {
		return err
	}
	defer closing(in, &err)
	data, err := io.ReadAll(io.LimitReader(in, parse.Limit+1))
	if err != nil {
		return err
	}
	docs, err := readAlerts(ctx, *hint, data)
	if err != nil {
		return sentence(say, err)
	}
	return p.printAlerts(say, docs)
}

// readAlerts reads a PDF as the text in it, all else as it is; of a mail also the
// alerts it carries as files.
func readAlerts(ctx context.Context, hint string, data []byte) ([]parse.Document, error) {
	pdf := func(data []byte) ([]byte, error) {
		text, err := pdftext.Program{}.Text(ctx, data)
		return []byte(text), err
	}
	if !pdftext.IsPDF(data) {
		docs, err := parse.All(hint, data)
		for i := range docs {
			docs[i] = parse.WithEnclosed(docs[i], pdf)
		}
		return docs, err
	}
	text, err := pdf(data)
	if err != nil {
		return nil, err
	}
	return parse.All("text/plain", text)
}

// printAlerts writes the documents to standard output, what to look at to standard error.
func (p program) printAlerts(say *i18n.Localizer, docs []parse.Document) error {
	out := json.NewEncoder(p.stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	for _, d := range docs {
		for _, w := range d.Warnings {
			fmt.Fprintln(p.stderr, "warning:", say.T(w.Code, "detail", w.Detail))
		}
		if err := out.Encode(d); err != nil {
			return err
		}
	}
	return nil
}

func english() (*i18n.Localizer, error) {
	bundle, err := app.Bundle()
	if err != nil {
		return nil, err
	}
	return bundle.Localizer(i18n.English, nil), nil
}

// sentence says a fault as a person reads it.
func sentence(say *i18n.Localizer, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	var values []any
	for name, value := range f.Params {
		values = append(values, name, value)
	}
	return errors.New(say.T("fault."+f.Code, values...))
}
