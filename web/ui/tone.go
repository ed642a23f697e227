// SPDX-License-Identifier: EUPL-1.2

package ui

// Tone is the mood of a message, a chip or a counter. It is always shown with
// an icon and a word as well: colour alone tells some readers nothing.
type Tone string

// The tones there are. The zero value is Neutral.
const (
	Neutral Tone = ""
	Info    Tone = "info"
	Success Tone = "success"
	Warning Tone = "warning"
	Danger  Tone = "danger"
)

// icon returns the sign that goes with a tone.
func (t Tone) icon() Icon {
	switch t {
	case Info:
		return IconInfo
	case Success:
		return IconCheckCircle
	case Warning:
		return IconWarning
	case Danger:
		return IconError
	}
	return ""
}

// class returns base, followed by the tone's own class when it has one.
func (t Tone) class(base string) string {
	if t == Neutral {
		return base
	}
	return base + " is-" + string(t)
}

// urgent reports whether assistive technology should interrupt for it.
func (t Tone) urgent() bool { return t == Warning || t == Danger }
