// SPDX-License-Identifier: EUPL-1.2

package names_test

import (
	"testing"

	"martinella/internal/inventory/names"
)

func TestProductsAreNamedAsPeopleReadThem(t *testing.T) {
	for ref, want := range map[string]string{
		"o:fortinet:fortios": "Fortinet FortiOS", "a:mozilla:firefox": "Mozilla Firefox", "a:openssl:openssl": "OpenSSL", "a:7-zip:7-zip": "7-Zip",
		"o:microsoft:windows_server_2019": "Microsoft Windows Server 2019", "o:microsoft:windows_10_22h2": "Microsoft Windows 10 22H2",
		"a:php:php": "PHP", "o:apple:iphone_os": "Apple iPhone OS", "a:zimbra:zimbra_desktop": "Zimbra Desktop", `a:x:a\+b`: "X A+b",
	} {
		part, vendor, product, ok := names.ParseRef(ref)
		if got := (names.Product{Part: part, Vendor: vendor, Product: product}).Label(); !ok || got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
}

// TestANumberMayBelongToTheName: 32 and 64 say how many bits only beside what says so.
func TestANumberMayBelongToTheName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Adobe Acrobat (64-bit)", "Adobe Acrobat (32-bit)", true}, {"7-Zip 64 bit", "7-Zip", true}, {"Archivio 64", "Archivio", false},
		{"Emulatore 64", "Emulatore 32", false}, {"Foo x86_64", "Foo", true}, {"Foo x64", "Foo", true},
	} {
		if got := names.Key(c.a, "") == names.Key(c.b, ""); got != c.same {
			t.Errorf("%q and %q: keys %q and %q", c.a, c.b, names.Key(c.a, ""), names.Key(c.b, ""))
		}
	}
}
