package provider

import "testing"

// TestLimits holds the limits that are known of servers.
func TestLimits(t *testing.T) {
	for host, want := range map[string][2]int{
		"smtp.office365.com": {3, 30}, "SMTP.Office365.com.": {3, 30}, "smtp.gmail.com": {}, "mail.example": {},
		"office365.com.example": {},
	} {
		if connections, messages := Limits(host); connections != want[0] || messages != want[1] {
			t.Errorf("%s: %d connections, %d messages a minute", host, connections, messages)
		}
	}
}
