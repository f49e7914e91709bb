import type { Billing } from './state.ts'

const nowhere = { first_name: '', last_name: '', company: '', address_1: '', address_2: '', city: '', state: '' }

/** Empty address fields, as the shipping address of an order made over REST has them. */
export const noAddress = { ...nowhere, postcode: '', country: '', phone: '' }

const somebody = {
  ...noAddress,
  first_name: 'Ada',
  last_name: 'Lovelace',
  address_1: 'Main Street 1',
  city: 'Berlin',
  state: 'DE-BE',
  postcode: '10115',
  country: 'DE',
  phone: '+49 30 000000',
}

/** An invented buyer at that address; the key order is the REST API's. */
export function billingOf(email: string, given: Partial<Omit<Billing, 'email'>> = {}): Billing {
  const { phone, ...address } = { ...somebody, ...given }
  return { ...address, email, phone }
}

/**
 * Whether WordPress takes a text for an e-mail address: ASCII only, no spaces around, a dot in the domain.
 *
 * @see wordpress, `wp-includes/formatting.php`, `is_email`
 */
export function isEmail(text: string): boolean {
  return /^[\w!#$%&'*+/=?^`{|}~.-]+@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d](?:[a-z\d-]*[a-z\d])?$/i.test(text)
}
