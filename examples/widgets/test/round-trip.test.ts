import { roundTrip } from '@apiserver-kit/framework/testing'
import { GadgetResource } from '../resources/gadget.ts'
import { WidgetResource } from '../resources/widget.ts'

roundTrip(new WidgetResource(), { describe, it })
roundTrip(new GadgetResource(), { describe, it })
