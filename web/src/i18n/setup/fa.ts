// The texts of the pages about how the city is set up.
import { digits, number } from '../digits';

const n = (value: number) => number(value, 'fa');

export const fa = {
  coverage: {
    title: 'پوشش قراردادها',
    on: 'روز',
    asOf: (instant: string) => `وضعیت در ${instant}`,
    columns: 'دسته‌ها',
    groups: 'گروه‌ها',
    every: 'همهٔ دسته‌ها',
    organisation: 'سازمان',
    anyOrganisation: 'همهٔ سازمان‌ها',
    onlyFaults: 'فقط محدوده‌های دارای نقص',
    district: 'محدوده',
    states: {
      covered: 'دارای پیمانکار نخست',
      overlap: 'هم‌پوشانی',
      backup: 'فقط پشتیبان',
      gap: 'بی‌پیمانکار',
    },
    hints: {
      covered: 'یک قرارداد با رتبهٔ ۱ نخستین است.',
      overlap: 'دو قرارداد با محدوده، دسته و رتبهٔ یکسان نخستین‌اند؛ ظرفیت آزاد همان روز و سپس شمارهٔ قرارداد تعیین‌کننده است.',
      backup: 'رتبهٔ ۱ وجود ندارد؛ از نخستین پشتیبان پرسیده می‌شود.',
      gap: 'هیچ قراردادی برقرار نیست؛ مرکز باید دستی واگذار کند.',
    },
    legend: 'راهنمای نشانه‌ها',
    counted: (state: string, count: number) => `${state}: ${n(count)}`,
    ofCategories: (count: number, of: number) => `${n(count)} از ${n(of)} دسته`,
    organisations: (count: number) => `${n(count)} سازمان`,
    backups: (count: number) => `+${n(count)} پشتیبان`,
    first: 'نخست',
    nth: (place: number) => `پشتیبان ${n(place)}`,
    tied: 'هم‌رتبه با قبلی',
    none: 'از هیچ سازمانی پرسیده نمی‌شود.',
    excluded: 'پوشش‌هایی که در این زمان به حساب نمی‌آیند',
    reasons: {
      suspended: 'قرارداد معلق است',
      not_in_force: 'قرارداد در این زمان برقرار نیست',
      organisation_disabled: 'سازمان غیرفعال است',
      coverage_not_valid: 'پوشش در این زمان معتبر نیست',
    },
    rank: (rank: number) => `رتبهٔ ${n(rank)}`,
    where: (area: string, category: string) => `${area}، ${category}`,
    allCategories: 'همهٔ دسته‌ها',
    until: (day: string) => `تا ${day}`,
    contract: (number: string) => `قرارداد ${digits(number, 'fa')}`,
    openGroup: 'نمایش دسته‌های این گروه',
    ends: 'قراردادهایی که تا ۹۰ روز بعد پایان می‌یابند',
    endsNone: 'هیچ قراردادی در این ۹۰ روز پایان نمی‌یابد.',
    left: (count: number) => `${n(count)} خانه بی‌پیمانکار می‌ماند`,
    leftNone: 'جانشین دارد',
    empty: 'چیزی برای نمایش نیست',
    emptyFilter: 'صافی‌ها را بردارید یا روز دیگری را برگزینید.',
    emptyAreas: 'نخست محدوده‌ها و دسته‌ها را وارد کنید:',
    keys: 'کلیدهای جهت در جدول حرکت می‌کنند و Enter خانه را باز می‌کند.',
  },
};

/** The texts that every language has: a missing one fails the check of types. */
export type SetupTexts = typeof fa;
