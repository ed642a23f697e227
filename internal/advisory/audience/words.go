// SPDX-License-Identifier: EUPL-1.2

package audience

// What people type, in the three languages.
func keyWords() map[string]Key {
	return map[string]Key{
		"code": Code, "codice": Code, "kode": Code,
		"tier": Tier, "livello": Tier, "nivå": Tier,
		"sector": Sector, "settore": Sector, "sektor": Sector,
		"province": Province, "provincia": Province, "fylke": Province,
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
