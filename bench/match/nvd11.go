// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"

	"martinella/bench/draw"
	"martinella/internal/vulnerability/cve"
)

// The NVD 1.1 form cpe2cve reads: only what it looks at. An AND configuration
// becomes an AND node with the NVD 2.0 nodes as children, as NVD itself wrote them.
type (
	feed11 struct {
		Type  string   `json:"CVE_data_type"`
		Items []item11 `json:"CVE_Items"`
	}
	item11 struct {
		CVE            cve11            `json:"cve"`
		Configurations configurations11 `json:"configurations"`
	}
	cve11 struct {
		Meta meta11 `json:"CVE_data_meta"`
	}
	meta11 struct {
		ID string `json:"ID"`
	}
	configurations11 struct {
		Version string   `json:"CVE_data_version"`
		Nodes   []node11 `json:"nodes"`
	}
	node11 struct {
		Operator string    `json:"operator"`
		Negate   bool      `json:"negate,omitempty"`
		Children []node11  `json:"children,omitempty"`
		Match    []match11 `json:"cpe_match,omitempty"`
	}
	match11 struct {
		Vulnerable     bool   `json:"vulnerable"`
		URI            string `json:"cpe23Uri"`
		StartIncluding string `json:"versionStartIncluding,omitempty"`
		StartExcluding string `json:"versionStartExcluding,omitempty"`
		EndIncluding   string `json:"versionEndIncluding,omitempty"`
		EndExcluding   string `json:"versionEndExcluding,omitempty"`
	}
)

func nvd11Command(f *flag.FlagSet, args []string) error {
	out := f.String("out", "", "file to write the NVD 1.1 feed to")
	if err := f.Parse(args); err != nil {
		return err
	}
	files, err := draw.BaseFiles()
	if err != nil {
		return err
	}
	all := feed11{Type: "CVE"}
	err = draw.EachRecord(files, func(r *cve.Record) {
		if len(r.Configurations) > 0 && r.Status != cve.StatusRejected {
			all.Items = append(all.Items, toNVD11(r))
		}
	})
	if err != nil {
		return err
	}
	file, err := os.Create(*out)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	if err := json.NewEncoder(w).Encode(all); err != nil {
		return err
	}
	return w.Flush()
}

func toNVD11(r *cve.Record) item11 {
	item := item11{CVE: cve11{Meta: meta11{ID: r.ID}}, Configurations: configurations11{Version: "4.0"}}
	for _, c := range r.Configurations {
		var nodes []node11
		for i := range c.Nodes {
			nodes = append(nodes, toNode11(&c.Nodes[i]))
		}
		if c.Operator == cve.And || c.Negate {
			nodes = []node11{{Operator: operator11(c.Operator), Negate: c.Negate, Children: nodes}}
		}
		item.Configurations.Nodes = append(item.Configurations.Nodes, nodes...)
	}
	return item
}

func operator11(o cve.Operator) string {
	if o == cve.And {
		return "AND"
	}
	return "OR"
}

func toNode11(n *cve.Node) node11 {
	out := node11{Operator: operator11(n.Operator), Negate: n.Negate}
	for _, c := range n.Criteria {
		out.Match = append(out.Match, match11{Vulnerable: c.Vulnerable, URI: c.Criteria, StartIncluding: c.StartIncluding,
			StartExcluding: c.StartExcluding, EndIncluding: c.EndIncluding, EndExcluding: c.EndExcluding})
	}
	for i := range n.Children {
		out.Children = append(out.Children, toNode11(&n.Children[i]))
	}
	return out
}
