package text

import "time"

var months = [...]Message{
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
	"December",
}

// Date is the day of a time in UTC as people write it: 5 December 2026.
func Date(at time.Time) Text {
	at = at.UTC()
	return Of("{day} {month} {year}", "day", at.Day(), "month", months[at.Month()-1], "year", at.Year())
}

// Moment is a time in UTC as people write it: 5 December 2026, 23:59 UTC. Seconds are there when there are any.
func Moment(at time.Time) Text {
	clock := "15:04:05"
	if at.Second() == 0 {
		clock = "15:04"
	}
	return Of("{date}, {clock} UTC", "date", Date(at), "clock", at.UTC().Format(clock))
}
