// SPDX-License-Identifier: EUPL-1.2

package csaf

import "testing"

// The examples of FIRST's own guide (CVSS 3.1 and 3.0 examples), and others of NVD.
func TestBaseScores(t *testing.T) {
	for vector, want := range map[string]float64{
		"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N": 6.4, // CVE-2013-1937's neighbour, CVE-2013-0375
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 6.1, // CVE-2013-1937
		"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N": 3.1, // CVE-2014-3566
		"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H": 9.9, // CVE-2012-1516
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N": 7.5, // CVE-2014-0160
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 9.8, // CVE-2014-6271
		"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10,
		"CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N": 0,
	} {
		m := vector3.FindStringSubmatch(vector)
		if got := base3(vector[5:8], m[1:]); got != want {
			t.Errorf("%s: %v, want %v", vector, got, want)
		}
	}
}
