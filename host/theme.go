package host

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/host/internal/colour"
)

// Theme changes how the pages look. Its zero value changes nothing.
type Theme struct {
	// Light and Dark replace colours in the light and in the dark scheme. The keys are paper, wash, inset, ink, soft,
	// line, control-line, accent, on-accent, accent-wash, good, warn and bad with their -wash and -line, bar-ok,
	// bar-retry and bar-bad; the values are colours of CSS such as #1d5fbf or rgb(29 95 191). What is not named keeps
	// its colour.
	//
	// Links and buttons are written in the accent. One that has less contrast than 4.5 to 1 with what it stands on
	// (WCAG 2.2, 1.4.3) is made darker until it has it, in the dark scheme lighter, and the wash and the writing on it
	// follow. So that this can be done, the accent, and paper and wash beside it, are written as #rgb, #rrggbb,
	// rgb(r g b), white or black. Of other colours the contrast is for the Console to see to.
	Light, Dark map[string]string
	// Radius is that of the corners of controls, a length of CSS in px or rem up to 32px; that of cards is two thirds
	// more. Empty leaves it at 6px.
	Radius string
	// Font is a list of families as CSS writes it, such as "Inter, sans-serif"; empty means the system's own.
	Font string
	// HideHeader leaves out the heading of the pages, for a Console whose frame has it already.
	HideHeader bool
}

// themeTokens are the custom properties of the style sheet that are colours.
var themeTokens = []string{
	"paper", "wash", "inset", "ink", "soft", "line", "control-line", "accent", "on-accent", "accent-wash",
	"good", "good-wash", "good-line", "warn", "warn-wash", "warn-line", "bad", "bad-wash", "bad-line",
	"bar-ok", "bar-retry", "bar-bad",
}

var (
	themeColour = regexp.MustCompile(`^(#[0-9a-fA-F]{3,8}|[a-zA-Z]+|(rgb|hsl|oklch|oklab)a?\([0-9a-z.,%/ -]+\))$`)
	themeRadius = regexp.MustCompile(`^(0|([0-9]|[12][0-9]|3[0-2])px|[01]?(\.[0-9]{1,3})?rem)$`)
	themeFont   = regexp.MustCompile(`^[\p{L}0-9 ,'"_-]{1,300}$`)
)

// WithTheme gives the pages the look of the Console. With a key, a colour, a radius or a font that is none Open fails.
func WithTheme(theme Theme) Option {
	return func(o *options) {
		rules, err := theme.rules()
		if err != nil {
			o.invalid = fmt.Errorf("WithTheme: %w", err)
			return
		}
		o.theme = rules
	}
}

func (t Theme) rules() (string, error) {
	light, err := schemeRules("light", t.Light)
	if err != nil {
		return "", err
	}
	dark, err := schemeRules("dark", t.Dark)
	if err != nil {
		return "", err
	}
	form, err := t.formRules()
	return light + dark + form, err
}

// formRules are those that hold in both schemes.
func (t Theme) formRules() (string, error) {
	rules := ""
	if t.Radius != "" {
		if !themeRadius.MatchString(t.Radius) || t.Radius == "rem" {
			return "", fmt.Errorf("%q is no radius: write a length such as 4px, up to 32px", t.Radius)
		}
		rules += " --radius: " + t.Radius + "; --radius-card: calc(" + t.Radius + " * 5 / 3);"
	}
	if t.Font != "" {
		if !themeFont.MatchString(t.Font) || strings.Count(t.Font, `"`)%2 != 0 || strings.Count(t.Font, "'")%2 != 0 {
			return "", fmt.Errorf("%q is no list of fonts", t.Font)
		}
		rules += " --font: " + t.Font + ";"
	}
	if rules != "" {
		rules = ":root {" + rules + " }\n"
	}
	if t.HideHeader {
		rules += ".settings-page > .page-header { display: none; }\n"
	}
	return rules, nil
}

func schemeRules(scheme string, colours map[string]string) (string, error) {
	if len(colours) == 0 {
		return "", nil
	}
	for _, token := range slices.Sorted(maps.Keys(colours)) {
		if !slices.Contains(themeTokens, token) {
			return "", fmt.Errorf("there is no colour %q; there are %s", token, strings.Join(themeTokens, ", "))
		}
		if !themeColour.MatchString(colours[token]) {
			return "", fmt.Errorf("%q is no colour for %s", colours[token], token)
		}
	}
	colours, err := legible(scheme, colours)
	if err != nil {
		return "", err
	}
	rules := ""
	for _, token := range slices.Sorted(maps.Keys(colours)) {
		rules += " --" + token + ": " + colours[token] + ";"
	}
	return "@media (prefers-color-scheme: " + scheme + ") { :root {" + rules + " } }\n", nil
}

// surfaces are what the accent stands on, as the style sheet has it.
var surfaces = map[string]map[string]string{
	"light": {"paper": "#fff", "wash": "#f5f6f8"}, "dark": {"paper": "#171c23", "wash": "#0f1318"},
}

// legible has the accent be read on what it stands on, and what is written on it as well.
func legible(scheme string, colours map[string]string) (map[string]string, error) {
	if colours["accent"] == "" {
		return colours, nil
	}
	read := func(token string) (colour.RGB, error) {
		written := colours[token]
		if written == "" {
			written = surfaces[scheme][token]
		}
		found, ok := colour.Parse(written)
		if !ok {
			return found, fmt.Errorf("the contrast of %s %q cannot be told: write #rrggbb or rgb(r g b)", token, written)
		}
		return found, nil
	}
	var known [3]colour.RGB
	for i, token := range []string{"accent", "paper", "wash"} {
		one, err := read(token)
		if err != nil {
			return nil, err
		}
		known[i] = one
	}
	accent, paper, wash := known[0], known[1], known[2]
	chosen := maps.Clone(colours)
	tinted := accent.Mixed(paper, tint)
	if legible := accent.Legible(paper, wash, tinted); legible != accent {
		accent, chosen["accent"] = legible, legible.String()
	}
	if colours["accent-wash"] == "" {
		chosen["accent-wash"] = tinted.String()
	}
	if colours["on-accent"] == "" {
		chosen["on-accent"] = accent.Opposite().String()
	}
	return chosen, nil
}

// tint is how much of the accent is in its wash.
const tint = 0.1
