// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"time"

	"github.com/a-h/templ"

	"martinella/web/ui"
)

// bare is the page around the short tasks.
func bare(v view) ui.Page {
	return ui.Page{
		Title: "Galleria", L: v.l, Path: v.url.RequestURI(),
		Owner: ui.Link{Text: "Regione Toscana", Href: "https://www.regione.toscana.it"},
	}
}

// framed is the page of somebody signed in.
func framed(v view, path string) ui.Page {
	p := bare(v)
	p.User = &ui.User{Name: "Giulia Bianchi", AccountURL: "/account", SignOutURL: "/signout"}
	p.Orgs = &ui.OrgSwitch{Current: "Comune di Esempio", Others: []ui.Link{
		{Text: "Unione dei Comuni della Valdesempio", Href: "/"}, {Text: "Sala operativa CSIRT", Href: "/"},
	}}
	p.Nav = []ui.NavItem{
		{Text: "La vostra situazione", Href: "/", Current: path == "/"},
		{Text: "Dotazione", Href: "/stack", Current: path == "/stack" || path == "/empty"},
		{Text: "Vulnerabilità", Href: "/cve", Count: 12, Current: path == "/cve"},
		{Text: "Avvisi", Href: "/parts", Current: path == "/parts"},
		{Text: "Il vostro ente", Items: []ui.NavItem{
			{Text: "Scheda dell'ente", Href: "/form", Current: path == "/form"},
			{Text: "Organigramma della sicurezza", Href: "/errors", Current: path == "/errors"},
			{Text: "Servizi", Href: "/"},
		}},
	}
	p.TLP = ui.TLPAmber
	p.Demo = "Territorio dimostrativo: gli enti sono inventati, le vulnerabilità sono vere."
	if path != "/" {
		p.Crumbs = []ui.Link{{Text: "La vostra situazione", Href: "/"}, {Text: "Vulnerabilità", Href: "/cve"}, {Text: "Questa pagina"}}
	}
	if path == "/form" {
		p.Flashes = []ui.Flash{{Tone: ui.Success, Text: "Abbiamo salvato la scheda dell'ente."}}
	}
	return p
}

// stackTable is the member's list, in some state.
func stackTable(v view) ui.Table {
	return ui.Table{
		Caption: "Tecnologie dichiarate", State: ui.ParseList(v.url), Total: 1234, Next: "c2", CSV: true,
		Columns: []ui.Column{
			{Key: "product", Title: "Prodotto"}, {Title: "Versione"}, {Title: "Esposizione"},
			{Title: "Stato"}, {Key: "open", Title: "Vulnerabilità aperte", Numeric: true}, {Key: "changed", Title: "Modificato"},
		},
		Filters: []templ.Component{
			ui.Input{Name: "q", Label: "Cerca", Type: "search", Optional: true},
			ui.Select{Name: "exposure", Label: "Esposizione", Blank: "Tutte", Optional: true, Options: []ui.Option{
				{Value: "internet", Text: "Internet"}, {Value: "internal", Text: "Interna"}}},
			ui.Select{Name: "state", Label: "Stato", Blank: "Tutti", Optional: true, Options: []ui.Option{
				{Value: "resolved", Text: "Riconosciuto"}, {Value: "unknown", Text: "Sconosciuto"}}},
		},
		Bulk: &ui.Bulk{Action: "/bulk", Buttons: []ui.Button{
			{Text: "Segna come dismesse", Kind: ui.Secondary, Small: true, Name: "do", Value: "retire"}}},
		Rows: stackRows(v),
	}
}

func stackRows(v view) []ui.Row {
	row := func(key, name, note, version, where string, state ui.Chip, open int, ago time.Duration, tone ui.Tone) ui.Row {
		return ui.Row{Key: key, Name: name, Tone: tone, Cells: []ui.Cell{
			{Text: name, Href: "/cve", Note: note}, ui.Text(version), ui.Text(where), ui.In(state),
			ui.Linked(v.l.Number(int64(open)), "/cve"), ui.In(ui.Time{At: now().Add(-ago)}),
		}}
	}
	known := ui.Chip{Text: "riconosciuto", Tone: ui.Success}
	guessed := ui.Chip{Text: "ipotesi da confermare", Tone: ui.Warning}
	unknown := ui.Chip{Text: "sconosciuto", Icon: ui.IconHelp}
	return []ui.Row{
		row("1", "Fortinet FortiOS", "firewall della sede", "7.2.5", "Internet", known, 3, 2*time.Hour, ui.Danger),
		row("2", "Google Chrome", "84 postazioni", "119.0.6045.105", "Interna", known, 297, 26*time.Hour, ui.Warning),
		row("3", "Zimbra Collaboration", "posta dell'ente", "8.8.15", "Internet", guessed, 11, 9*24*time.Hour, ui.Neutral),
		row("4", "Microsoft Windows Server 2019", "2 server", "10.0.17763.5206", "Interna", known, 41, 30*24*time.Hour, ui.Neutral),
		row("5", "GestioneProtocollo XP", "applicativo in gestione esterna", "non indicata", "Interna", unknown, 0, 400*24*time.Hour, ui.Neutral),
	}
}

// emptyTable is the same list before anything was declared.
func emptyTable(v view) ui.Table {
	t := stackTable(v)
	t.Rows, t.Total, t.Next = nil, 0, ""
	t.Empty = ui.Empty{
		Title: "Nessuna tecnologia dichiarata",
		Text:  "Aggiungete un prodotto, incollate un elenco oppure importate da GLPI: da domattina riceverete solo le vulnerabilità che vi riguardano.",
		Actions: []ui.Button{
			{Text: "Aggiungi un prodotto", Href: "/form", Icon: ui.IconPlus},
			{Text: "Incolla un elenco", Href: "/form", Kind: ui.Secondary},
			{Text: "Importa da GLPI", Href: "/form", Kind: ui.Secondary},
		},
	}
	return t
}

// exposure is a line of a month.
func exposure() ui.Line {
	l := ui.Line{
		ID: "exposure", Title: "Vulnerabilità aperte, ultimi 30 giorni", Summary: "Da 52 a 31: in calo da due settimane.",
		Head: "Giorno", Unit: "aperte",
	}
	for i, n := range []float64{52, 52, 54, 57, 57, 58, 61, 61, 60, 63, 62, 62, 58, 58, 55, 55, 49, 48, 48, 47, 44, 44, 39, 39, 38, 38, 35, 33, 33, 31} {
		day := now().AddDate(0, 0, i-29)
		l.Points = append(l.Points, ui.Point{Label: day.Format("02/01/2006"), Value: n})
	}
	return l
}

// reasons is a "why you" of some depth.
func reasons() ui.Why {
	return ui.Why{{
		Verdict: ui.Holds, Text: "Avete dichiarato Fortinet FortiOS 7.2.5 (firewall della sede, esposto a Internet)",
		Because: []ui.Reason{
			{Verdict: ui.Holds, Text: "Il prodotto è quello indicato", Code: "cpe:2.3:o:fortinet:fortios"},
			{Verdict: ui.Holds, Text: "La versione 7.2.5 è compresa fra 7.2.0 e 7.2.7", Code: ">= 7.2.0, < 7.2.8"},
			{Verdict: ui.Unknown, Text: "Serve la funzione SSL-VPN attiva", Note: "Non è dichiarata: indicatelo nella dotazione e la risposta diventa certa."},
			{Verdict: ui.Fails, Text: "Nessuna esclusione per il vostro modello"},
		},
	}}
}

// history is a short one.
func history() ui.Timeline {
	return ui.Timeline{
		{At: now().Add(-2 * time.Hour), Who: "Martinella", What: "Entrata nel catalogo CISA delle vulnerabilità sfruttate", Tone: ui.Danger},
		{At: now().Add(-26 * time.Hour), Who: "Giulia Bianchi", What: "Segnata come da pianificare", Tone: ui.Info},
		{At: now().Add(-70 * time.Hour), Who: "Martinella", What: "Nel riepilogo giornaliero"},
	}
}

// faultyState is a form somebody filled in badly.
func faultyState() ui.FormState {
	return ui.FormState{
		Values: map[string][]string{"name": {"Comune di Esempio"}, "email": {"protocollo(at)comune.esempio.it"}, "kind": {"comune"}, "tier": {"full"}},
		Errors: []ui.FieldError{
			{Field: "email", Message: "Scrivete un indirizzo completo, per esempio protocollo@comune.esempio.it"},
			{Field: "tier", Message: "Il livello Full richiede una convenzione: scegliete Basic o allegatela"},
			{Field: "accept", Message: "Per proseguire occorre accettare le condizioni"},
		},
	}
}
