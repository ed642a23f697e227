// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"math"
	"strconv"
	"strings"
)

// Bar is one bar of [Bars].
type Bar struct {
	Label string
	Value float64
	// Shown replaces the number: "12 su 40".
	Shown string
	Href  string
	Tone  Tone
}

// Bars compares a few amounts. It is a table whose middle column is drawn, so
// chart and figures are the same thing.
type Bars struct {
	// Title says what is compared.
	Title string
	// Head names the first column, Unit the last.
	Head, Unit string
	Items      []Bar
}

// Render writes the table.
func (b Bars) Render(ctx context.Context, w io.Writer) error { return bars(b).Render(ctx, w) }

// share is a bar's length as a percentage of the longest one's.
func (b Bars) share(i int) string {
	top := 0.0
	for _, item := range b.Items {
		top = max(top, item.Value)
	}
	if top <= 0 {
		return "0%"
	}
	return coord(max(b.Items[i].Value, 0)/top*100) + "%"
}

func (b Bar) shown(ctx context.Context) string {
	if b.Shown != "" {
		return b.Shown
	}
	return figure(ctx, b.Value)
}

// Point is one moment of a [Line].
type Point struct {
	// Label is the moment, as the reader reads it.
	Label string
	Value float64
}

// Line shows how an amount changed. The figures are in a folded table below.
type Line struct {
	// ID is unique on the page.
	ID    string
	Title string
	// Summary says in a sentence what the line shows.
	Summary string
	// Head names the moments' column, Unit the amounts'.
	Head, Unit string
	Points     []Point
}

// Render writes drawing and table; fewer than two points are a table only.
func (l Line) Render(ctx context.Context, w io.Writer) error { return line(l).Render(ctx, w) }

// The drawing's own units; it is stretched to the width there is.
const (
	lineWidth  = 600.0
	lineHeight = 160.0
)

func (l Line) values() []float64 {
	out := make([]float64, len(l.Points))
	for i, p := range l.Points {
		out[i] = p.Value
	}
	return out
}

// top is the upper end of the scale: a round number above the highest value.
func (l Line) top() float64 { return niceCeil(maximum(l.values())) }

func (l Line) path() string { return polyline(l.values(), l.top(), lineWidth, lineHeight) }

// area closes the line along the bottom.
func (l Line) area() string {
	return l.path() + " L" + coord(lineWidth) + " " + coord(lineHeight) + " L0 " + coord(lineHeight) + " Z"
}

func (l Line) last() Point { return l.Points[len(l.Points)-1] }

// Sparkline is a line as small as a word. Label says in words what it shows.
type Sparkline struct {
	Values []float64
	Label  string
}

// Render writes the drawing; fewer than two values draw nothing.
func (s Sparkline) Render(ctx context.Context, w io.Writer) error { return sparkline(s).Render(ctx, w) }

func (s Sparkline) path() string {
	return polyline(s.Values, max(maximum(s.Values), 1e-9), 96, 20)
}

// polyline draws values from left to right in a box of width x height, with
// zero at the bottom and top at the top.
func polyline(values []float64, top, width, height float64) string {
	if len(values) < 2 || top <= 0 {
		return ""
	}
	var b strings.Builder
	for i, v := range values {
		cmd := " L"
		if i == 0 {
			cmd = "M"
		}
		x := width * float64(i) / float64(len(values)-1)
		y := height * (1 - min(max(v/top, 0), 1))
		b.WriteString(cmd + coord(x) + " " + coord(y))
	}
	return b.String()
}

// niceCeil rounds up to 1, 2 or 5 times a power of ten.
func niceCeil(v float64) float64 {
	if v <= 0 {
		return 1
	}
	step := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5, 10} {
		if v <= m*step {
			return m * step
		}
	}
	return v
}

func maximum(values []float64) float64 {
	top := 0.0
	for _, v := range values {
		top = max(top, v)
	}
	return top
}

// coord writes a coordinate with one decimal, which is finer than a pixel.
func coord(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }

// figure writes an amount with as many decimals as it needs.
func figure(ctx context.Context, v float64) string { return L(ctx).Decimal(math.Round(v*100)/100, -1) }
