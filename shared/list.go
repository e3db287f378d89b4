package shared

// each converts a list; an empty list becomes nil.
func each[From, To any](list []From, convert func(From) To) []To {
	if len(list) == 0 {
		return nil
	}
	converted := make([]To, len(list))
	for i, one := range list {
		converted[i] = convert(one)
	}
	return converted
}
