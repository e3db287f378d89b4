package colour

import "testing"

// TestLegible mends colours that cannot be read, as little as it can, and leaves the others alone.
func TestLegible(t *testing.T) {
	for written, kept := range map[string]bool{
		"#1d5fbf": true, "#000": true, "rgb(29 95 191)": true, "#ffcc00": false, "#fff": false, "white": false,
		"rgb(130, 180, 255)": false, "#7f7f7f": false, "#777777": false, "#767676": true,
	} {
		given, ok := Parse(written)
		if !ok {
			t.Errorf("%s is not read", written)
		}
		mended := given.Legible(White)
		if (mended == given) != kept || mended.Contrast(White) < Enough || !kept && mended.Contrast(White) > Enough+0.6 {
			t.Errorf("%s became %s with a contrast of %.2f", written, mended, mended.Contrast(White))
		}
		if dark := given.Legible(RGB{23, 28, 35}); dark.Contrast(RGB{23, 28, 35}) < Enough {
			t.Errorf("%s became %s in the dark", written, dark)
		}
		if given.Contrast(given.Opposite()) < Enough {
			t.Errorf("nothing is read on %s", written)
		}
	}
	for _, written := range []string{"", "red", "#12345", "#12345678", "rgb(1 2 300)", "rgb(1 2 3 / 50%)", "hsl(1 2 3)"} {
		if found, ok := Parse(written); ok {
			t.Errorf("%q is read as %s", written, found)
		}
	}
}
