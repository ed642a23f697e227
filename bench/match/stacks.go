// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"flag"
	"os"

	"martinella/bench/draw"
)

func stacksCommand(f *flag.FlagSet, args []string) error {
	n := f.Int("names", 100_000, "how many names")
	seed := f.Uint64("seed", 1, "seed of the generator")
	out := f.String("out", "", "file to write, one name a line")
	if err := f.Parse(args); err != nil {
		return err
	}
	files, err := draw.BaseFiles()
	if err != nil {
		return err
	}
	g, err := draw.New(files, *seed)
	if err != nil {
		return err
	}
	file, err := os.Create(*out)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	for range *n {
		w.WriteString(g.Name().String())
		w.WriteByte('\n')
	}
	return w.Flush()
}
