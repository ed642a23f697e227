// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"text/tabwriter"

	"martinella/internal/platform/config"
)

// help lists the commands, or with "config" the options.
func (p program) help(args []string) int {
	if len(args) > 1 && args[1] == "config" {
		if err := config.Help(p.stdout); err != nil {
			return exitFailed
		}
		return exitOK
	}
	fmt.Fprint(p.stdout, "Martinella, the operations platform of a territorial CSIRT.\n\nCommands:\n")
	out := tabwriter.NewWriter(p.stdout, 2, 4, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(out, "  %s %s\t%s\n", c.name, c.usage, c.summary)
	}
	fmt.Fprint(out, "  help config\tevery option: flag, environment variable, key in the file, default\n")
	if err := out.Flush(); err != nil {
		return exitFailed
	}
	fmt.Fprint(p.stdout, "\nEvery command takes --data and --database; \"martinella COMMAND --help\" lists its options.\n")
	return exitOK
}
