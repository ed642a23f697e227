// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// pixel draws a chequered square where a real page has a QR code.
func pixel() []byte {
	img := image.NewGray(image.Rect(0, 0, 25, 25))
	for x := range 25 {
		for y := range 25 {
			if (x*7+y*13+x*y)%3 != 0 {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil
	}
	return buf.Bytes()
}
