package citizen

// The kinds of Russia.
var (
	SNILS Kind = snils{} // the number of a person's insurance account
	INN   Kind = inn{}   // of a taxpayer: 12 digits of a person, 10 of an organisation
)

type snils struct{}

func (snils) Name() string { return "snils" }

func (snils) Lengths() []int { return []int{11} }

// uncheckedSNILS is the last number without a rule for its check digits: 001-001-998 (Resolution of the Pension Fund's board No. 192p of
// 31 July 2006, appendix 1).
const uncheckedSNILS = "001001998"

// Check compares the last two digits with the sum of the others by the weights 9 to 1, modulo 101, of which 100 is written 00.
func (snils) Check(digits string) error {
	if digits[:9] <= uncheckedSNILS {
		return nil
	}
	check := weigh(digits, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 101 % 100
	if check != weigh(digits[9:], 10, 1) {
		return errCheckDigit
	}
	return nil
}

type inn struct{}

func (inn) Name() string { return "inn" }

func (inn) Lengths() []int { return []int{10, 12} }

// The weights of the Federal Tax Service (order No. ED-7-14/559@ of 26 June 2020, and the ones before it): each check digit is the sum
// modulo 11 modulo 10.
var (
	innTenth    = []int{2, 4, 10, 3, 5, 9, 4, 6, 8}
	innEleventh = []int{7, 2, 4, 10, 3, 5, 9, 4, 6, 8}
	innTwelfth  = []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}
)

func (inn) Check(digits string) error {
	all := [][]int{innTenth}
	if len(digits) == 12 {
		all = [][]int{innEleventh, innTwelfth}
	}
	for _, weights := range all {
		if weigh(digits, weights...)%11%10 != int(digits[len(weights)]-'0') {
			return errCheckDigit
		}
	}
	return nil
}
