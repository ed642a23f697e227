// SPDX-License-Identifier: EUPL-1.2

package secret_test

import (
	"slices"
	"testing"

	"martinella/internal/platform/secret"
)

func TestMarks(t *testing.T) {
	oldKey, newKey := secret.NewKey(), secret.NewKey()
	box := func(text string) *secret.Box {
		b, err := secret.Load(secret.Source{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	before, after, other := box(oldKey), box(newKey+"\n"+oldKey), box(newKey)
	m := before.Mark("RSSMRA80A01H501U", "card")
	if len(m) != 64 || m != before.Mark("RSSMRA80A01H501U", "card") {
		t.Errorf("mark %q", m)
	}
	for _, not := range []string{before.Mark("RSSMRA80A01H501U", "other"), before.Mark("RSSMRA80A01H501", "Ucard"), other.Mark("RSSMRA80A01H501U", "card")} {
		if m == not {
			t.Error("two marks are one")
		}
	}
	marks := after.Marks("RSSMRA80A01H501U", "card")
	if len(marks) != 2 || marks[0] != after.Mark("RSSMRA80A01H501U", "card") || !slices.Contains(marks, m) {
		t.Error("with a new key before the old one the value is not found again")
	}
	if slices.Contains(other.Marks("RSSMRA80A01H501U", "card"), m) {
		t.Error("another key finds it")
	}
}
