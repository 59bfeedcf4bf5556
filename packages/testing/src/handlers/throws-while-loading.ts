throw Object.assign(new Error('this module cannot be loaded'), { code: 'ERR_TEST_LOADING' });
