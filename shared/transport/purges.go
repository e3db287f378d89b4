package transport

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func purgeToProto(p shared.NotificationPurge) *settingsv1.NotificationPurge {
	return &settingsv1.NotificationPurge{
		At: timeToProto(p.At), Operator: validUTF8(p.Operator), Filter: validUTF8(p.Filter), Matched: p.Matched,
		Changed: p.Changed,
	}
}

func purgeFromProto(p *settingsv1.NotificationPurge) shared.NotificationPurge {
	return shared.NotificationPurge{
		At: timeFromProto(p.GetAt()), Operator: p.GetOperator(), Filter: p.GetFilter(), Matched: p.GetMatched(),
		Changed: p.GetChanged(),
	}
}

// purges looks at those that a status tells of. Their times need not ascend: the clocks of processes differ.
func (a *inspection) purges(s *shared.ServiceStatus) {
	s.Purges = s.Purges[max(0, len(s.Purges)-shared.MaxShownPurges):]
	for i := range s.Purges {
		one := &s.Purges[i]
		a.time("the time of a purge", one.At)
		a.line(&one.Operator, &one.Filter)
		a.count("a count of notifications", one.Matched)
		if one.Changed < 1 || one.Changed > one.Matched {
			a.refuse("%d notifications were forgotten of %d", one.Changed, one.Matched)
		}
	}
}
