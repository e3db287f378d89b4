package shared

import (
	"encoding/json"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzKinds holds that what a kind takes is what the libraries read that programs use for it, and that it says nothing
// that they read otherwise.
func FuzzKinds(f *testing.F) {
	for _, seed := range []string{
		"30s", "1h30m", "0", "999999h999999m999999999s", "2028-02-29", "2027-02-29", "https://a.example:65535/%41?x#y",
		"https://[::1]/", "https://a@b", "a.example:636", "[fe80::1]:25", "anna@a.example", "a..b@c", "a@[127.0.0.1]",
		"10 MiB",
		"a = b\nc=d", "[\"a\"]", "{\"a\":\"b\"}", "1e400", "a\n b\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		fits := func(kind Kind) bool { return typed != "" && Field{Kind: kind}.complaintAbout(Text(typed)) == nil }
		if fits(KindDuration) {
			if length, err := time.ParseDuration(typed); err != nil || length < 0 {
				t.Errorf("the duration %q: %v", typed, err)
			}
		}
		_, err := time.Parse(time.DateOnly, typed)
		if day := err == nil && !strings.HasPrefix(typed, "0000"); day != fits(KindDate) {
			t.Errorf("the date %q: %v", typed, err)
		}
		if fits(KindURL) {
			address, err := url.Parse(typed)
			if err != nil || address.Hostname() == "" || address.User != nil || !strings.HasPrefix(address.Scheme, "http") {
				t.Errorf("the URL %q: %v, %v", typed, address, err)
			}
		}
		if fits(KindHostPort) {
			host, port, err := net.SplitHostPort(typed)
			if number, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || host == "" || number > 65535 {
				t.Errorf("the host and port %q: %v, %v", typed, err, bad)
			}
			if strings.HasPrefix(typed, "[") && net.ParseIP(host) == nil {
				t.Errorf("the host and port %q has no address", typed)
			}
		}
		if fits(KindEmail) && !wholly(emailPattern).MatchString(typed) {
			t.Errorf("the e-mail address %q is refused by the exported schema", typed)
		}
	})
}

// FuzzTyped reads what is typed for each kind: what comes out is written so that it is read as the same again, as text
// and as JSON.
func FuzzTyped(f *testing.F) {
	for _, seed := range []string{
		"a = b\nc=d", "a=b=c", " = x", "[\"a\",\"\"]", "[\n]", "{}", "{\"a\":\"b\"}", "1.5 KiB", "1e3", "-0.0", "a\n\nb",
		"true", "[x",
		"{\n", "\u00a0a", "9007199254740993",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if !utf8.ValidString(typed) {
			return // Neither forms nor command lines give it to a page as it is.
		}
		for _, kind := range allKinds {
			field := Field{Name: "one", Label: "One", Kind: kind, OptionsFrom: "action"}
			value, err := field.Parse(typed)
			if err != nil {
				continue
			}
			if again, err := field.Parse(field.Format(value)); err != nil || again != value {
				t.Errorf("%s: %q is %q, written %q, then %q, %v", kind, typed, value, field.Format(value), again, err)
			}
			encoded, err := json.Marshal(value)
			var again Value
			if err != nil || json.Unmarshal(encoded, &again) != nil || again != value {
				t.Errorf("%s: %q is %s as JSON, then %q, %v", kind, value, encoded, again, err)
			}
		}
	})
}
