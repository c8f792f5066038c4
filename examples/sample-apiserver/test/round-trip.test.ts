import { roundTrip } from '@apiserver-kit/framework/testing'
import { FischerResource } from '../resources/fischer.ts'
import { FlunderResource } from '../resources/flunder.ts'

roundTrip(new FlunderResource(), { describe, it }, { words: ['Flunder', 'Fischer'] })
roundTrip(new FischerResource(), { describe, it })
