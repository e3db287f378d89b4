package finding

import (
	"encoding/json"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// earlier are messages of earlier versions that are said in other words today. Dead letters and pauses that these
// versions kept hold them; without this they would be read in English, and with the words of then.
var earlier = withCauses(map[string]text.Renaming{
	"Login and password": {Message: "Password"},
	"Where the password is, instead of the password itself: env://NAME or file:///path, as far as the operator allows " +
		"it.": {
		Message: "Where the password or the application's secret is, instead of itself: env://NAME or file:///path, as far " +
			"as the operator allows it.",
	},
	"The message may have arrived: it was sent {count} times, and the server never said whether it took it.": {
		Message: "The message may have arrived: it was sent {count} time, and the server never said whether it took it. || " +
			"The message may have arrived: it was sent {count} times, and the server never said whether it took it.",
	},
	"It is sent again, {max} times in all.": {
		Message: "It is sent again, {count} time in all. || It is sent again, {count} times in all.",
		Names:   map[string]string{"max": "count"},
	},
	"at most {max} characters": {
		Message: "at most {count} character || at most {count} characters",
		Names:   map[string]string{"max": "count"},
	},
	"Port {port} of {host} answers from here.": {
		Message: "Port {ports} of {host} answers from here. || Ports {ports} of {host} answer from here.",
		Names:   map[string]string{"port": "ports"},
		Count:   1,
	},
	"Ports {ports} of {host} answer from here.": {
		Message: "Port {ports} of {host} answers from here. || Ports {ports} of {host} answer from here.",
		Count:   2,
	},
	"the server demands more than {limit} iterations": {
		Message: "the server demands more than {count} iteration || the server demands more than {count} iterations",
		Names:   map[string]string{"limit": "count"},
	},
	"the server demands fewer than {limit} iterations, and the password could be guessed from the answer": {
		Message: "the server demands fewer than {count} iteration, and the password could be guessed from the answer || " +
			"the server demands fewer than {count} iterations, and the password could be guessed from the answer",
		Names: map[string]string{"limit": "count"},
	},
	"Enter the name of the mail box, or clear the password if the server needs none.": {
		Message: "Enter the name of the mailbox, or clear the password if the server needs none.",
	},
	"OAuth 2.0 needs the login: the name of the mail box.": {
		Message: "OAuth 2.0 needs the login: the name of the mailbox.",
	},
	"The password crossed the network unencrypted: whoever listens along the way knows it now.": {
		Message: "The password crossed the network unencrypted: anyone who listens along the way knows it now.",
	},
	"Find the server of the login": {Message: "Find server from e-mail address"},
	"Or enter the address as “SMTP login” and use “Find the server of the login”.": {
		Message: "Or enter the address as “SMTP login” and use “Find server from e-mail address”.",
	},
	// How many there were was not kept; the form for several reads well in either case.
	"“{field}” must be entered again, because {changed} was changed.": {
		Message: "“{field}” must be entered again, because {changed} was changed. || " +
			"“{field}” must be entered again, because {changed} were changed.",
	},
})

// UnmarshalJSON reads a finding that this version has kept, or an earlier one.
func (f *Finding) UnmarshalJSON(content []byte) error {
	type kept Finding
	if err := json.Unmarshal(content, (*kept)(f)); err != nil {
		return err
	}
	f.Summary, f.Detail = f.Summary.Renamed(earlier), f.Detail.Renamed(earlier)
	for i := range f.Fixes {
		f.Fixes[i].Label = f.Fixes[i].Label.Renamed(earlier)
	}
	return nil
}
