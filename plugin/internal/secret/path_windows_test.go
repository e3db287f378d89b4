package secret

import "testing"

func TestLocalPath(t *testing.T) {
	for given, want := range map[string]string{
		"/C:/a b/key": "C:/a b/key", `C:\key`: `C:\key`, `/c:\key`: `c:\key`, "//server/share/key": "//server/share/key",
		`\\server\share\key`: `\\server\share\key`, "/key": "/key", "key": "key", "": "", "/": "/",
	} {
		if got := localPath(given); got != want {
			t.Errorf("%s is %s, not %s", given, got, want)
		}
	}
}
