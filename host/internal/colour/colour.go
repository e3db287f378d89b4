// Package colour measures and mends the contrast of colours (WCAG 2.2, 1.4.3).
package colour

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Enough is the least contrast between a text and what it stands on.
const Enough = 4.5

// RGB is a colour without transparency, each part from 0 to 255.
type RGB [3]float64

// Black and white.
var (
	Black = RGB{}
	White = RGB{255, 255, 255}
)

var (
	short   = regexp.MustCompile(`^#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])$`)
	long    = regexp.MustCompile(`^#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})$`)
	decimal = regexp.MustCompile(`^rgb\( *([0-9]{1,3})[ ,]+([0-9]{1,3})[ ,]+([0-9]{1,3}) *\)$`)
)

// Parse reads #rgb, #rrggbb, rgb(r g b), white and black; ok is false for everything else.
func Parse(written string) (found RGB, ok bool) {
	switch written {
	case "white":
		return White, true
	case "black":
		return Black, true
	}
	parts, base := short.FindStringSubmatch(written), 16
	if parts != nil {
		for i := 1; i < len(parts); i++ {
			parts[i] += parts[i]
		}
	} else if parts = long.FindStringSubmatch(written); parts == nil {
		parts, base = decimal.FindStringSubmatch(written), 10
	}
	if parts == nil {
		return found, false
	}
	for i := range found {
		part, err := strconv.ParseUint(parts[i+1], base, 8)
		if err != nil {
			return found, false
		}
		found[i] = float64(part)
	}
	return found, true
}

// String writes the colour as #rrggbb.
func (c RGB) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(math.Round(c[0])), int(math.Round(c[1])), int(math.Round(c[2])))
}

// luminance is the relative luminance of WCAG.
func (c RGB) luminance() float64 {
	linear := func(part float64) float64 {
		if part /= 255; part <= 0.04045 {
			return part / 12.92
		}
		return math.Pow((part+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

// Contrast is that of two colours, from 1 to 21.
func (c RGB) Contrast(other RGB) float64 {
	lighter, darker := c.luminance(), other.luminance()
	if lighter < darker {
		lighter, darker = darker, lighter
	}
	return (lighter + 0.05) / (darker + 0.05)
}

// Mixed is the colour with another behind it; a share of 1 is the colour itself.
func (c RGB) Mixed(behind RGB, share float64) (mixed RGB) {
	for i := range c {
		mixed[i] = math.Round(c[i]*share + behind[i]*(1-share))
	}
	return mixed
}

// Opposite is what is read on the colour: black or white, whichever has more contrast.
func (c RGB) Opposite() RGB {
	if c.Contrast(White) >= c.Contrast(Black) {
		return White
	}
	return Black
}

// Legible is the colour, darker or lighter as far as it must be so that it is read on all of the surfaces. Where no
// shade of it is read, it is black or white.
func (c RGB) Legible(surfaces ...RGB) RGB {
	target := Black
	if len(surfaces) > 0 {
		target = surfaces[0].Opposite()
	}
	const steps = 100
	for i := range steps {
		shade := c.Mixed(target, 1-float64(i)/steps)
		if i == 0 {
			shade = c
		}
		if shade.readOn(surfaces) {
			return shade
		}
	}
	return target
}

func (c RGB) readOn(surfaces []RGB) bool {
	for _, surface := range surfaces {
		if c.Contrast(surface) < Enough {
			return false
		}
	}
	return true
}
