// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"time"

	"martinella/internal/advisory/parse"
)

// advisoryProductJSON is a product that an advisory calls affected.
type advisoryProductJSON struct {
	Text     string `json:"text" minLength:"1" maxLength:"300" doc:"As people read it."`
	Vendor   string `json:"vendor,omitempty" maxLength:"300"`
	Product  string `json:"product,omitempty" maxLength:"300"`
	Versions string `json:"versions,omitempty" maxLength:"300" doc:"That are affected."`
	CPE      string `json:"cpe,omitempty" maxLength:"300" doc:"CPE 2.3."`
}

func (p advisoryProductJSON) product() Product { return Product(p) }

func productView(p Product) advisoryProductJSON { return advisoryProductJSON(p) }

// advisoryIndicatorJSON is an indicator of compromise.
type advisoryIndicatorJSON struct {
	Type    string    `json:"type,omitempty" enum:"ip,network,domain,url,email,md5,sha1,sha256,sha512" doc:"It is told by the value; what is sent is not looked at."`
	Value   string    `json:"value" minLength:"1" maxLength:"2000" doc:"Defanged or not; answered as it is on the network."`
	Comment string    `json:"comment,omitempty" maxLength:"300"`
	Until   time.Time `json:"until,omitzero" doc:"The last day it is worth looking for."`
}

func (i advisoryIndicatorJSON) indicator() Indicator {
	return Indicator{Type: parse.IndicatorType(i.Type), Value: i.Value, Comment: i.Comment, Until: i.Until}
}

func indicatorView(i Indicator) advisoryIndicatorJSON {
	return advisoryIndicatorJSON{Type: string(i.Type), Value: i.Value, Comment: i.Comment, Until: i.Until}
}
