package geo

func (s Shape) Check(id string) error { return nil }
