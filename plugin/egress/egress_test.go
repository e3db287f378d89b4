package egress_test

import (
	"net/netip"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/egress"
)

func TestPermit(t *testing.T) {
	open, err := egress.New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	closed, err := egress.New([]string{"10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "169.254.0.0/16"}, []string{"10.1.0.0/16"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		address       string
		open, limited bool
	}{
		{"192.0.2.7", true, true},
		{"192.0.2.8", true, false},
		{"127.0.0.1", true, false},
		{"10.2.3.4", true, true},
		{"10.1.3.4", true, false},
		{"::ffff:10.2.3.4", true, true},
		{"::ffff:10.1.3.4", true, false},
		{"2001:db8::1", true, true},
		{"64:ff9b::a01:304", true, false}, // 10.1.3.4 behind a translator
		{"169.254.169.254", false, false}, // always denied, though allowed
		{"::ffff:169.254.169.254", false, false},
		{"64:ff9b::a9fe:a9fe", false, false},
		{"2002:a9fe:a9fe::1", false, false},
		{"fe80::1", false, false},
		{"fd00:ec2::254", false, false},
		{"168.63.129.16", false, false},
		{"224.0.0.1", false, false},
		{"0.0.0.0", false, false},
		{"::", false, false},
	} {
		at := netip.AddrPortFrom(netip.MustParseAddr(c.address), 25)
		if got := open.Permit(at) == nil; got != c.open {
			t.Errorf("without a policy %s is permitted: %t", c.address, got)
		}
		if got := closed.Permit(at) == nil; got != c.limited {
			t.Errorf("with a policy %s is permitted: %t", c.address, got)
		}
	}
	for _, bad := range []string{"10.0.0.0/33", "example.com", ""} {
		if _, err := egress.New([]string{bad}, nil); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
