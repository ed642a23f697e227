// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// headingWords are the headings alerts are divided by, as ACN/CSIRT Italia
// wrote them over the years, and in English and Norwegian.
func headingWords() map[SectionKind]string {
	return map[SectionKind]string{
		SectionSummary: "sintesi|descrizione sintetica|sommario|abstract|summary|executive summary|overview|sammendrag|oppsummering",
		SectionDetails: "dettagli|dettaglio|dettagli tecnici|dettagli e potenziali impatti|descrizione|descrizione e potenziali impatti|" +
			"descrizione e impatti|dettagli e impatti|analisi|details|technical details|description|detaljer|beskrivelse|tekniske detaljer",
		SectionImpact: "impatto|impatti|potenziali impatti|impatto sistemico|stima d'impatto|rischio|livello di rischio|" +
			"impact|risk|potential impact|konsekvens|konsekvenser|risiko",
		SectionType: "tipologia|tipologie|tipo di vulnerabilità|tipologia di vulnerabilità|vulnerability type|type|attack type|sårbarhetstype",
		SectionProducts: "prodotti e versioni affette|prodotti e/o versioni affette|prodotti e versioni affetti|prodotti affetti|versioni affette|" +
			"prodotti interessati|prodotti vulnerabili|sistemi affetti|sistemi interessati|piattaforme interessate|" +
			"affected products|affected versions|affected products and versions|affected systems|products affected|" +
			"berørte produkter|berørte systemer|sårbare produkter|berørte versjoner",
		SectionMitigation: "azioni di mitigazione|mitigazione|mitigazioni|contromisure|raccomandazioni|azioni consigliate|rimedi|soluzione|" +
			"mitigation|mitigations|recommendations|recommended actions|remediation|solution|workaround|workarounds|tiltak|anbefalinger|anbefalte tiltak",
		SectionReferences: "riferimenti|riferimenti e approfondimenti|collegamenti|link utili|fonti|bibliografia|references|links|sources|referanser|kilder",
		SectionIndicators: "indicatori di compromissione|indicatori|ioc|iocs|lista ioc|elenco ioc|ioc rilevati|indicators of compromise|indicators|" +
			"kompromitteringsindikatorer|indikatorer",
		SectionCVEs: "cve|cves|cve-id|identificativi cve|identificatori cve|identificatori univoci vulnerabilità|elenco cve|vulnerabilità cve|cve ids|cve list|cvss|punteggio cvss",
		SectionOther: "change log|changelog|cronologia|storico delle versioni|versioni del documento|note|note aggiuntive|contatti|" +
			"revision history|notes|contact|endringslogg|kontakt",
	}
}

// headings finds the kind of a heading.
type headings map[string]SectionKind

var known = newHeadings()

func newHeadings() headings {
	h := headings{}
	for kind, words := range headingWords() {
		for word := range strings.SplitSeq(words, "|") {
			h[word] = kind
		}
	}
	return h
}

var (
	headingNumber = regexp.MustCompile(`^(?:\d{1,2}(?:\.\d{1,2})*[.)]?\s+)`)
	headingAside  = regexp.MustCompile(`\s*\([^()]*\)$`)
)

// of reads a line as a heading; rest is what follows it on the line.
func (h headings) of(line string) (title string, kind SectionKind, rest string, ok bool) {
	if len(line) > 4*maxTitle && !strings.Contains(line[:maxTitle], ":") {
		return "", "", "", false
	}
	if kind, ok = h.kind(line); ok {
		return strings.TrimRight(strings.Trim(line, " \t#*_"), " :*_"), kind, "", true
	}
	if strings.HasPrefix(line, "##") && len(line) < maxTitle { // Markdown: a heading, whatever it says
		return strings.Trim(line, " \t#*_:"), SectionOther, "", true
	}
	title, rest, cut := strings.Cut(line, ":")
	if !cut || strings.HasPrefix(rest, "//") {
		return "", "", "", false
	}
	if kind, ok = h.kind(title); ok && kind != SectionOther {
		return strings.Trim(title, " \t#*_"), kind, strings.Trim(rest, " \t*_"), true
	}
	return "", "", "", false
}

// kind reads words as a heading, without marks of Markdown, numbers and asides.
func (h headings) kind(words string) (SectionKind, bool) {
	if utf8.RuneCountInString(words) > 80 {
		return "", false
	}
	words = strings.ToLower(oneLine(strings.ReplaceAll(words, "’", "'")))
	words = headingNumber.ReplaceAllString(strings.Trim(words, "#*_=: "), "")
	if kind, ok := h[words]; ok {
		return kind, true
	}
	kind, ok := h[strings.TrimRight(headingAside.ReplaceAllString(words, ""), " :")]
	return kind, ok
}
