package plaintext

import "testing"

func TestFrom(t *testing.T) {
	for given, want := range map[string]string{
		"":                              "",
		"a":                             "a",
		"a\nb\n":                        "a\nb\n",
		"a\r\nb\r\n":                    "a\nb\n",
		"a\rb\r":                        "a\rb\r",
		"\ufeffa\r\n":                   "a\n",
		"a\ufeffb":                      "a\ufeffb",
		"\xff\xfea\x00\r\x00\n\x00":     "a\n",
		"\xfe\xff\x00a\x00\r\x00\n":     "a\n",
		"\xff\xfe\xe4\x00=\xd8\x00\xde": "ä😀",
		"\xff\xfe\x3d\xd8a\x00":         "\ufffda",
		"\xff\xfea":                     "\ufffd",
		"\xff\xfe":                      "",
		"\xffa":                         "\xffa",
	} {
		if got := string(From([]byte(given))); got != want {
			t.Errorf("%q is %q, want %q", given, got, want)
		}
	}
}
