package host

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// looks are what Consoles may say about how the pages look beside their colours.
var looks = map[string]embeddingCase{
	"an accent that cannot be read": {WithTheme(Theme{Light: map[string]string{"accent": "#ffcc00"}}), nil,
		"@media (prefers-color-scheme: light) { :root { --accent: #8a6e00; --accent-wash: #fffae6; " +
			"--on-accent: #ffffff; } }\n", ""},
	"an accent of which that is not known": {WithTheme(Theme{Light: map[string]string{"accent": "oklch(0.9 0.1 90)"}}),
		nil, "", `the contrast of accent "oklch(0.9 0.1 90)" cannot be told`},
	"corners, a font and no heading": {WithTheme(Theme{Radius: "3px", Font: `"Inter", sans-serif`, HideHeader: true}),
		nil, ":root { --radius: 3px; --radius-card: calc(3px * 5 / 3); --font: \"Inter\", sans-serif; }\n" +
			".settings-page > .page-header { display: none; }\n", ""},
	"more than a radius": {WithTheme(Theme{Radius: "3px; } body { color: red"}), nil, "", "is no radius"},
	"too large a radius": {WithTheme(Theme{Radius: "300px"}), nil, "", "is no radius"},
	"more than a font":   {WithTheme(Theme{Font: "Inter; } body { color: red"}), nil, "", "is no list of fonts"},
	"half a font":        {WithTheme(Theme{Font: `"Inter`}), nil, "", "is no list of fonts"},
}

// embeddingCase is an option with what comes of it.
type embeddingCase struct {
	option  Option
	origins []string
	theme   string
	fault   string // part of the error
}

// TestEmbeddingOptions reads what Consoles may say about where they are and how they look.
func TestEmbeddingOptions(t *testing.T) {
	cases := map[string]embeddingCase{
		"public URL": {WithPublicURL("https://Console.Example:443/admin"), []string{"https://console.example"}, "",
			""},
		"with a port": {WithPublicURL("http://[::1]:8080"), []string{"http://[::1]:8080"}, "", ""},
		"origins": {WithTrustedOrigins("https://a.example", "http://b.example:80"),
			[]string{"https://a.example", "http://b.example"}, "", ""},
		"no scheme":             {WithPublicURL("console.example/admin"), nil, "", "WithPublicURL: "},
		"no host":               {WithPublicURL("https:///admin"), nil, "", "http:// or https:// and a host"},
		"another scheme":        {WithPublicURL("ftp://console.example"), nil, "", "http:// or https:// and a host"},
		"empty":                 {WithPublicURL(""), nil, "", "http:// or https:// and a host"},
		"a query":               {WithPublicURL("https://console.example?"), nil, "", "a query"},
		"a user":                {WithPublicURL("https://me:s3cret@console.example"), nil, "", "a user"},
		"unreadable":            {WithPublicURL("https://me:s3cret@console.example:x"), nil, "", "cannot be read"},
		"an origin with a path": {WithTrustedOrigins("https://a.example/"), nil, "", "has a path"},
		"every origin":          {WithTrustedOrigins("*"), nil, "", "WithTrustedOrigins: "},
		"the origin null":       {WithTrustedOrigins("null"), nil, "", "WithTrustedOrigins: "},
		"a theme": {WithTheme(Theme{Light: map[string]string{"accent": "#123", "ink": "rgb(1 2 3 / 50%)"},
			Dark: map[string]string{"accent": "white"}}), nil,
			"@media (prefers-color-scheme: light) { :root { --accent: #123; --accent-wash: #e7e9eb; " +
				"--ink: rgb(1 2 3 / 50%); --on-accent: #ffffff; } }\n@media (prefers-color-scheme: dark) { :root { " +
				"--accent: white; --accent-wash: #2e3339; --on-accent: #000000; } }\n", ""},
		"no theme": {WithTheme(Theme{}), nil, "", ""},
		"an unknown token": {WithTheme(Theme{Light: map[string]string{"Accent": "red"}}), nil, "",
			`there is no colour "Accent"`},
		"more than a colour": {WithTheme(Theme{Dark: map[string]string{"ink": "red; } body { display: none"}}), nil, "",
			"is no colour for ink"},
		"an address as colour": {WithTheme(Theme{Dark: map[string]string{"ink": "url(https://evil.example)"}}), nil, "",
			"is no colour for ink"},
	}
	maps.Copy(cases, looks)
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			var got options
			test.option(&got)
			if !slices.Equal(got.trustedOrigins, test.origins) || got.theme != test.theme {
				t.Errorf("origins %q, theme %q", got.trustedOrigins, got.theme)
			}
			_, err := Open(t.Context(), "no-such-plugin.hcl", test.option)
			if test.fault == "" {
				if got.invalid != nil {
					t.Error(got.invalid)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.fault) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("Open says %v", err)
			}
		})
	}
}

// TestThemeTokensAreThoseOfTheStyles holds that the style sheet has all that can be themed, and nothing else.
func TestThemeTokensAreThoseOfTheStyles(t *testing.T) {
	styles, err := os.ReadFile("internal/form/assets/base.css")
	if err != nil {
		t.Fatal(err)
	}
	others := []string{"font", "mono", "radius", "radius-card", "shadow", "shadow-raised"}
	var declared []string
	for _, match := range regexp.MustCompile(`--([a-z-]+):`).FindAllStringSubmatch(string(styles), -1) {
		if !slices.Contains(others, match[1]) {
			declared = append(declared, match[1])
		}
	}
	slices.Sort(declared)
	tokens := slices.Sorted(slices.Values(themeTokens))
	if declared = slices.Compact(declared); !slices.Equal(declared, tokens) {
		t.Errorf("the style sheet has %v, the theme %v", declared, tokens)
	}
}
