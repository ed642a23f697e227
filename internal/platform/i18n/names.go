// SPDX-License-Identifier: EUPL-1.2

package i18n

import "time"

// monthName returns a month's name as it is written inside a date.
func monthName(lang string, m time.Month) string {
	switch lang {
	case Italian:
		return [...]string{
			"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio",
			"agosto", "settembre", "ottobre", "novembre", "dicembre",
		}[m-1]
	case Norwegian:
		return [...]string{
			"januar", "februar", "mars", "april", "mai", "juni", "juli",
			"august", "september", "oktober", "november", "desember",
		}[m-1]
	}
	return m.String()
}

// weekdayName returns a weekday's name as it is written inside a sentence.
func weekdayName(lang string, d time.Weekday) string {
	switch lang {
	case Italian:
		return [...]string{
			"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato",
		}[d]
	case Norwegian:
		return [...]string{
			"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag",
		}[d]
	}
	return d.String()
}
