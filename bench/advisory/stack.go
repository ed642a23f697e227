// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"martinella/bench/draw"
	"martinella/internal/platform/db"
	"martinella/internal/vulnerability/cpe"
)

// audienceGoal is how long the operator may wait to see whom a question about a technology means.
const audienceGoal = 300 * time.Millisecond

// stacks gives every organisation items of products as often as the real corpus
// names them, one item in nine behind, as the rows that questions are asked of;
// what an import writes besides is left out, because nothing here reads it.
func (b *bench) stacks(ctx context.Context) error {
	files, err := draw.BaseFiles()
	if err != nil {
		return err
	}
	g, err := draw.New(files, 1)
	if err != nil {
		return err
	}
	products, id := map[string][]any{}, int64(0)
	for org := 0; org < b.organisations; org += 50 {
		var rows [][]any
		for k := range min(50, b.organisations-org) {
			for n := range b.items {
				name := g.Declared(11)
				key := name[cpe.Vendor].Text() + ":" + name[cpe.Product].Text()
				label := strings.ReplaceAll(name[cpe.Product].Text(), "_", " ")
				products[key] = []any{key, label, strings.ToLower(key + " " + strings.ReplaceAll(key, "_", " ") + " " + label)}
				id++
				rows = append(rows, []any{id, org + k + 1, n / 20, "", label, key, name[cpe.Version].Text(), name.String(), "",
					[]string{"unknown", "internal", "internet"}[n%3], "medium", 1, db.Ms(began)})
			}
		}
		err := b.DB.Tx(ctx, func(tx *db.Tx) error {
			return tx.BulkInsert(ctx, "watched_item", []string{"id", "organisation_id", "asset_id", "asset", "name", "product_key", "version", "cpe", "purl",
				"exposure", "criticality", "quantity", "added_at"}, rows)
		})
		if err != nil {
			return err
		}
	}
	var rows [][]any
	for _, p := range products {
		rows = append(rows, p)
	}
	return b.DB.Tx(ctx, func(tx *db.Tx) error {
		return tx.BulkInsert(ctx, "watched_product", []string{"product_key", "name", "text"}, rows)
	})
}

// questions are of a product hardly anybody has, of one with bounds, of the most
// declared one, of a word many products have, and of all together.
func (b *bench) questions(ctx context.Context) ([]string, error) {
	var most string
	if err := b.DB.QueryRow(ctx, "SELECT product_key FROM watched_item GROUP BY product_key ORDER BY count(*) DESC LIMIT 1").Scan(&most); err != nil {
		return nil, err
	}
	_, product, _ := strings.Cut(most, ":")
	return []string{
		`uses:"fortios < 7.2.8"`, `uses:"fortios < 7.2.8 internet" and tier:full`, `uses:"openssl"`, fmt.Sprintf(`uses:"%s"`, product), `uses:"server"`,
		`uses:"fortios" or uses:"openssl" or uses:"exchange server"`, "everyone",
	}, nil
}

// audiences asks, for each question, for the page that shows whom a draft would go to.
func (b *bench) audiences(ctx context.Context, n int) error {
	portal, err := b.Handler()
	if err != nil {
		return err
	}
	questions, err := b.questions(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%-64s %9s %9s %9s\n", "whom it would go to", "p50 ms", "p95 ms", "CPU ms")
	for k, audience := range questions {
		id := b.alerts + 100 + k
		if _, err := b.DB.Exec(ctx, "DELETE FROM advisory WHERE id = $1", id); err != nil {
			return err
		}
		if _, err := b.DB.Exec(ctx, advisoryColumns, id, "alert", fmt.Sprintf("AL88/%d", k), "critical", "draft", content, db.Ms(began), nil, 0); err != nil {
			return err
		}
		if _, err := b.DB.Exec(ctx, "UPDATE advisory SET audience = $2 WHERE id = $1", id, audience); err != nil {
			return err
		}
		var took []time.Duration
		before, _ := used()
		for range n {
			start := time.Now()
			if err := ask(ctx, portal, http.MethodGet, fmt.Sprintf("/ops/advisories/%d/send", id), 0, nil); err != nil {
				return err
			}
			took = append(took, time.Since(start))
		}
		after, _ := used()
		slices.Sort(took)
		p95, verdict := took[(len(took)*95+99)/100-1], ""
		if p95 > audienceGoal {
			verdict = "  over 300 ms"
		}
		fmt.Printf("%-64s %9.0f %9.0f %9.0f%s\n", audience, ms(took[len(took)/2]), ms(p95), ms(after-before)/float64(n), verdict)
	}
	return nil
}
