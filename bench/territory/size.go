// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"martinella/internal/platform/db"
)

// sizesCommand says how large tables and indexes are on disk.
func sizesCommand(ctx context.Context, c command, args []string) error {
	if err := c.parse(args); err != nil {
		return err
	}
	i, err := open(ctx, c, began)
	if err != nil {
		return err
	}
	defer i.Close()
	return i.sizes(ctx)
}

// smallest is what is not listed on its own, in MB.
const smallest = 1

// sizes prints what each table takes with its indexes, the largest first.
func (i *instance) sizes(ctx context.Context) error {
	query := `SELECT m.tbl_name, s.name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY 1, 2 ORDER BY 3 DESC`
	if i.DB.Dialect() == db.Postgres {
		query = `SELECT t.relname || '|' || c.relname || '|' || pg_relation_size(c.oid) + COALESCE(pg_relation_size(NULLIF(c.reltoastrelid, 0)), 0)
			FROM pg_class c LEFT JOIN pg_index x ON x.indexrelid = c.oid JOIN pg_class t ON t.oid = COALESCE(x.indrelid, c.oid)
			JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'i') ORDER BY pg_relation_size(c.oid) DESC`
		lines, err := i.strings(ctx, query)
		if err != nil {
			return err
		}
		printSizes(lines)
		return nil
	}
	out, err := exec.CommandContext(ctx, "sqlite3", "-readonly", i.file, query).Output()
	if err != nil {
		return fmt.Errorf("sizes of SQLite's tables need the program sqlite3: %w", err)
	}
	printSizes(strings.Split(strings.TrimSpace(string(out)), "\n"))
	return nil
}

func printSizes(lines []string) {
	var all int64
	for _, line := range lines {
		part := strings.Split(line, "|")
		if len(part) != 3 {
			continue
		}
		n, err := strconv.ParseInt(part[2], 10, 64)
		if err != nil {
			continue
		}
		all += n
		if n > smallest*1_000_000 {
			fmt.Printf("  %-32s %-44s %9.1f MB\n", part[0], part[1], float64(n)/1e6)
		}
	}
	fmt.Printf("  everything %.1f MB\n", float64(all)/1e6)
}
