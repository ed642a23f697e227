// SPDX-License-Identifier: EUPL-1.2

package audience

// What people type, in the three languages.
func keyWords() map[string]Key {
	return map[string]Key{
		"code": Code, "codice": Code, "kode": Code,
		"tier": Tier, "livello": Tier, "nivå": Tier,
		"sector": Sector, "settore": Sector, "sektor": Sector,
		"province": Province, "provincia": Province, "fylke": Province,
		"town": Town, "municipality": Town, "comune": Town, "kommune": Town,
		"group": Group, "gruppo": Group, "gruppe": Group,
		"tag": Tag, "etichetta": Tag, "merkelapp": Tag,
		"list": List, "lista": List, "liste": List,
		"uses": Uses, "usa": Uses, "bruker": Uses,
	}
}

func operatorWords() map[string]Op {
	return map[string]Op{
		"and": And, "e": And, "ed": And, "og": And,
		"or": Or, "o": Or, "oppure": Or, "eller": Or,
		"not": Not, "non": Not, "ikke": Not,
	}
}

func everyoneWords() map[string]bool {
	return map[string]bool{"everyone": true, "all": true, "tutti": true, "alle": true}
}

// Word is what people of a language type for a key.
func Word(lang string, key Key) string {
	words := map[Key][3]string{
		Everyone: {"tutti", "everyone", "alle"}, Code: {"codice", "code", "kode"}, Tier: {"livello", "tier", "nivå"},
		Sector: {"settore", "sector", "sektor"}, Province: {"provincia", "province", "fylke"}, Town: {"comune", "town", "kommune"},
		Group: {"gruppo", "group", "gruppe"}, Tag: {"etichetta", "tag", "merkelapp"}, List: {"lista", "list", "liste"}, Uses: {"usa", "uses", "bruker"},
	}
	switch lang {
	case "it":
		return words[key][0]
	case "nb":
		return words[key][2]
	}
	return words[key][1]
}
