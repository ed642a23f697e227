// SPDX-License-Identifier: EUPL-1.2

package intake

// GLPI reads what GLPI and its agents write: inventories in JSON, or the lists
// GLPI's search exports as CSV.
func GLPI(src Source, o Options, sink Sink) (Layout, error) {
	json, err := beginsWithBrace(src)
	if err != nil {
		return Layout{}, err
	}
	if json {
		return Layout{}, glpiJSON(src, sink)
	}
	return CSV(src, o, sink)
}

// glpiMachines are the headings, as GLPI's languages write them, that make a
// list one of machines: the first column, "Name", is then the machine's.
var glpiMachines = map[string]bool{
	"operatingsystemname": true, "sistemaoperativonome": true, "systèmedexploitationnom": true, "operativsystemnavn": true,
	"componentsprocessor": true, "componentiprocessore": true, "composantsprocesseur": true, "lastinventorydate": true, "dataultimoinventario": true,
	"operatingsystemversion": true, "sistemaoperativoversione": true, "systèmedexploitationversion": true,
}

// glpiHeading says whether the headings are those of GLPI's list of machines.
func glpiHeading(names []string) bool {
	for _, n := range names {
		if glpiMachines[plain(n)] {
			return true
		}
	}
	return false
}

// glpiColumns reads such a list's headings: its name is the machine's, its
// manufacturer the machine's maker.
func glpiColumns(found []Field) []Field {
	out := make([]Field, len(found))
	asset := false
	for i, f := range found {
		switch {
		case f == Label && !asset:
			out[i], asset = Asset, true
		case f == Label, f == Publisher, f == Asset && asset:
		default:
			out[i] = f
		}
	}
	return out
}
